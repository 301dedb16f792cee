import Glibc
import Reactor

/// The one place where a test sets something up: type `rig.` to see all there is.
///
/// A rig has a loop that runs until a condition holds, a directory and a log. Everything that it makes runs in its loop.
/// What it makes with state of its own, such as `GatewayTest`, keeps the rig and is `Rigged`.
///
/// The parts for all targets are here, in `Tests/Support`: servers, clients, programs, terminals. Parts that need a
/// target's internals or serve its tests alone are in the target's folder: `TestRig+BotGateway.swift`,
/// `TestRig+EndToEnd.swift`, `TestRig+Reactor.swift` and `TestRig+TelegramSimulator.swift`.
package final class TestRig: Rigged {
    package let loop: EventLoop
    package private(set) lazy var files = TemporaryDirectory()
    package let log = LogLines()

    /// - Parameter loop: one that other rigs run in too.
    package init(on loop: EventLoop? = nil) throws { self.loop = try loop ?? EventLoop() }

    package var rig: TestRig { self }
}

/// What is built on a rig.
package protocol Rigged {
    var rig: TestRig { get }
}

extension Rigged {
    package var loop: EventLoop { rig.loop }
    package var files: TemporaryDirectory { rig.files }
    package var log: LogLines { rig.log }

    /// A port that nothing listens on, and that the system gives to no connection by itself.
    package func freePort() throws -> UInt16 {
        while true {
            let port = UInt16.random(in: 10_000...32_000)
            do throws(SystemError) {
                try HTTPServer(on: loop, port: port).close()
                return port
            } catch {
                guard error.code == EADDRINUSE else { throw error }
            }
        }
    }

    /// Runs the loop until `condition` holds. False if it didn't in time.
    package func wait(within limit: Duration = .seconds(20), until condition: () -> Bool) -> Bool {
        loop.run(until: condition, within: limit)
    }

    /// The same while the clock of timers is moved ahead: a second takes 4 ms.
    ///
    /// What libcurl times, such as a request's timeout, takes as long as ever.
    package func hurry(until condition: () -> Bool) -> Bool { loop.hurry(until: condition) }

    /// Whether all answers are there, in the end.
    @discardableResult
    package func settle(_ answers: HTTPAnswer...) -> Bool { settle(answers) }

    @discardableResult
    package func settle(_ answers: [HTTPAnswer]) -> Bool { wait { answers.allSatisfy(\.isThere) } }

    /// The same answer, once it is there.
    package func settled(_ answer: HTTPAnswer) -> HTTPAnswer {
        settle(answer)
        return answer
    }
}
