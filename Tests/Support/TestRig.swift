import BotAPI
import BotGateway
import Reactor
import TelegramSimulator

/// What most tests need: a loop that is run until a condition holds, a directory, a log, and in the same loop servers,
/// clients and programs.
///
/// A test's own helper holds a rig and is `Rigged`, so that all of them wait in the same words.
package final class TestRig: Rigged {
    package let loop: EventLoop
    package private(set) lazy var files = TemporaryDirectory()
    package let log = LogLines()

    /// - Parameter loop: one that other rigs run in too.
    package init(on loop: EventLoop? = nil) throws { self.loop = try loop ?? EventLoop() }

    package var rig: TestRig { self }

    /// A Bot API on 127.0.0.1, where it is 22:13 on the 14th of November 2023.
    package func simulator(
        strictness: Strictness = .lenient, port: UInt16 = 0, firstUpdateID: Int64 = 9001
    ) throws -> SimulatorServer {
        let telegram = SimulatedTelegram(strictness: strictness) { 1_700_000_000 }
        return try SimulatorServer(on: loop, telegram: telegram, port: port, firstUpdateID: firstUpdateID)
    }

    package func client(
        connections: Int = 4, renewal: HTTPClient.Renewal = .init(requests: 500)
    ) -> HTTPClient {
        HTTPClient(on: loop, connections: connections, userAgent: "test", renewal: renewal)
    }

    /// The gateway's own client, of a server at `url`.
    package func api(at url: String, token: String = "7:secret") throws -> BotAPIClient {
        BotAPIClient(
            url: try ServerURL(url), token: try BotToken(token), client: client(connections: 8), on: loop,
            log: log.logger)
    }

    /// Starts a program.
    package func run(_ command: [String], environment: [String: String] = [:]) throws -> ProgramRun {
        try ProgramRun(command, environment: environment, on: loop)
    }
}

/// What is built on a rig.
package protocol Rigged {
    var rig: TestRig { get }
}

extension Rigged {
    package var loop: EventLoop { rig.loop }
    package var files: TemporaryDirectory { rig.files }
    package var log: LogLines { rig.log }

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
