import JSON
import Reactor

/// A client of the control socket, and its requests without a reply. Its connection keeps it.
@MainActor final class ControlSession {
    /// The most requests of a client without a reply; further ones aren't read.
    private static let openLimit = 100
    /// A client that has no request open is disconnected after this time.
    private static let idleLimit: Duration = .seconds(30)

    private let connection: LineConnection
    private let loop: EventLoop
    private let perform: (ControlRequest, @escaping (ControlServer.Reply) -> Void) -> (() -> Void)?
    /// What to do for each open request when the client is gone.
    private var open: [Int: (() -> Void)?] = [:]
    private var count = 0
    private var hasAllInput = false
    private var idle: Timer?

    init(
        _ connection: LineConnection, on loop: EventLoop,
        perform: @escaping (ControlRequest, @escaping (ControlServer.Reply) -> Void) -> (() -> Void)?
    ) {
        (self.connection, self.loop, self.perform) = (connection, loop, perform)
    }

    /// - Parameter ended: called once, when the connection is closed.
    func start(ended: @escaping (LineConnection) -> Void) {
        let connection = connection
        connection.onLine = { [self] in read($0) }
        connection.onInputEnd = { [self] in
            hasAllInput = true
            endIfDone()
        }
        connection.onClose = { [self] in
            cancel()
            // They hold the session, which holds the connection.
            loop.soon { (connection.onLine, connection.onInputEnd, connection.onClose) = ({ _ in }, {}, {}) }
            ended(connection)
        }
        waitIdly()
    }

    private func read(_ line: LineSplitter.Line) {
        do throws(ControlRequest.Rejection) {
            let (request, id) = try ControlRequest.read(line, limit: LineServer.Limits().line)
            begin(request, id)
        } catch {
            connection.write(Self.refusal(error.reason, id: error.id))
            waitIdly()
        }
    }

    private func begin(_ request: ControlRequest, _ id: JSON?) {
        idle?.cancel()
        count += 1
        let number = count
        open[number] = .some(nil)
        let cancel = perform(request) { [weak self] in self?.finish(number, $0, id) }
        if open[number] != nil { open[number] = .some(cancel) }
        connection.isPaused = open.count >= Self.openLimit
    }

    private func finish(_ number: Int, _ reply: ControlServer.Reply, _ id: JSON?) {
        guard open.removeValue(forKey: number) != nil else { return }
        switch reply {
        case .success(let result): connection.write(Self.line(["ok": true, "result": result], id: id))
        case .failure(let refusal): connection.write(Self.refusal(refusal.reason, id: id))
        }
        connection.isPaused = open.count >= Self.openLimit
        endIfDone()
        waitIdly()
    }

    private func endIfDone() { if hasAllInput, open.isEmpty { connection.finish() } }

    private func waitIdly() {
        idle?.cancel()
        guard open.isEmpty else { return }
        idle = loop.after(Self.idleLimit) { [weak connection] in connection?.finish() }
    }

    private func cancel() {
        idle?.cancel()
        let actions = open.values
        open = [:]
        for action in actions { action?() }
    }

    static func refusal(_ reason: String, id: JSON?) -> [UInt8] {
        line(["ok": false, "error": JSON(reason)], id: id)
    }

    private static func line(_ members: JSON, id: JSON?) -> [UInt8] {
        var line: JSON = ["type": "result"]
        if let id { line.set("id", id) }
        line.merge(members)
        return line.bytes + [UInt8(ascii: "\n")]
    }
}
