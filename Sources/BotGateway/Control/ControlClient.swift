import Glibc
import JSON
import Reactor

/// A connection to a running gateway's control socket.
@MainActor package final class ControlClient {
    package typealias Reply = ControlServer.Reply

    /// Called once when the gateway closes the connection, before the requests without a reply fail.
    package var onClose: () -> Void = {}

    private let connection: LineConnection
    private var waiting: [Int64: (Reply) -> Void] = [:]
    private var count: Int64 = 0

    /// The longest reply, such as Telegram's answer to a call.
    private static let lineLimit = 64 << 20

    /// Nil if no gateway listens there: no gateway runs, or an older version.
    package init?(at path: String, on loop: EventLoop) throws(GatewayFailure) {
        do throws(SystemError) {
            connection = try LineConnection(to: path, lineLimit: Self.lineLimit, on: loop)
        } catch {
            if [ENOENT, ENOTDIR, ECONNREFUSED, ENOTSOCK].contains(error.code) { return nil }
            throw GatewayFailure(.noState, "can't reach the gateway: \(error)")
        }
        connection.onLine = { [unowned self] in read($0) }
        connection.onClose = { [unowned self] in fail("the gateway closed the connection") }
        connection.onInputEnd = { [unowned self] in fail("the gateway closed the connection") }
    }

    /// - Parameter done: called once, with the result or why there is none.
    package func request(_ type: String, _ members: JSON = [:], then done: @escaping (Reply) -> Void) {
        count += 1
        waiting[count] = done
        var line: JSON = ["type": JSON(type), "id": JSON(count)]
        line.merge(members)
        connection.write(line.bytes + [UInt8(ascii: "\n")])
    }

    package func close() {
        connection.close()
        waiting = [:]
    }

    private func read(_ line: LineSplitter.Line) {
        guard case .whole(let text) = line, let line = try? JSON(parsing: text) else {
            return fail("the gateway's answer can't be read")
        }
        if line["type"]?.string == "hello" { return check(line) }
        guard let id = line["id"]?.integer, let done = waiting.removeValue(forKey: id) else {
            if let error = line["error"]?.string { fail(error) }
            return
        }
        if line["ok"]?.bool == true {
            done(.success(line["result"] ?? .null))
        } else {
            done(.failure(ControlRefusal(line["error"]?.string ?? "the gateway gives no reason")))
        }
    }

    private func check(_ hello: JSON) {
        guard hello["version"]?.integer != Int64(ControlServer.version) else { return }
        fail(
            "the gateway is pipegram \(hello["pipegram"]?.string ?? "?"), with another control socket; restart it"
        )
    }

    private func fail(_ reason: String) {
        connection.close()
        let (open, closed) = (waiting.sorted { $0.key < $1.key }, onClose)
        (waiting, onClose) = ([:], {})
        closed()
        for (_, done) in open { done(.failure(ControlRefusal(reason, isLost: true))) }
    }
}
