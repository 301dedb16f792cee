import Glibc
import JSON
import Logging
import Reactor

/// Serves the control socket in the state directory: JSON lines, with which other programs of the same user talk to the
/// running gateway.
@MainActor package final class ControlServer {
    /// The outcome of a request; the error says what is wrong, in words.
    package typealias Reply = Result<JSON, ControlRefusal>

    /// Carries out a request. `done` is called once. Returns what to do when the client is gone before that, if
    /// anything.
    package var perform: (ControlRequest, _ done: @escaping (Reply) -> Void) -> (() -> Void)? = { _, done in
        done(.failure(ControlRefusal("the gateway is starting")))
        return nil
    }

    /// How many clients it has at a time.
    package static let connections = LineServer.Limits().connections
    /// The version of the lines; a change that old clients don't understand raises it.
    nonisolated static let version = 1

    private let server: LineServer
    private let greeting: [UInt8]
    private let loop: EventLoop
    private let log: Logger

    /// - Parameters:
    ///   - path: the socket's path, in a directory whose lock the gateway holds.
    ///   - pipegram: the version of the program.
    package init(
        at path: String, bot: String, pipegram: String, on loop: EventLoop, log: Logger
    ) throws(SystemError) {
        (self.loop, self.log) = (loop, log)
        let hello: JSON = [
            "type": "hello", "version": JSON(Self.version), "pipegram": JSON(pipegram),
            "bot_id": Int64(bot).map { JSON($0) } ?? .null,
        ]
        greeting = hello.bytes + [UInt8(ascii: "\n")]
        server = try LineServer(at: path, on: loop)
        server.onConnection = { [unowned self] in accept($0) }
    }

    package func close() { server.close() }

    private func accept(_ connection: LineConnection) {
        connection.onClose = { [unowned self, unowned connection] in server.forget(connection) }
        guard let user = connection.peerUser, user == geteuid() || user == 0 else {
            log.warning("control socket: refused a client of another user")
            connection.write(ControlSession.refusal("this socket is another user's", id: nil))
            connection.finish()
            return
        }
        connection.write(greeting)
        ControlSession(connection, on: loop) { [unowned self] in perform($0, $1) }.start { [unowned self] in
            server.forget($0)
        }
    }
}

/// Why a request isn't carried out.
package struct ControlRefusal: Error, Equatable {
    package let reason: String
    /// The request may have been carried out: the connection was closed before its result came.
    package let isLost: Bool

    package init(_ reason: String, isLost: Bool = false) { (self.reason, self.isLost) = (reason, isLost) }
}
