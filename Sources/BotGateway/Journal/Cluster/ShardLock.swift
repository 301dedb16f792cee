import Reactor

/// One shard's lock, or the poll's, on a session of its own: the server queues the sessions that want it, and frees it when
/// the session that has it ends.
@MainActor final class ShardLock {
    /// The server ends a session that says nothing for that long: its gateway is frozen, or cut off.
    private static let silenceLimit = "20s"
    private static let pingInterval: Duration = .seconds(5)
    /// Less than `silenceLimit` with the interval before it, so that a gateway that is cut off stops before another one
    /// begins.
    private static let patience: Duration = .seconds(8)
    private static let retryDelay: Duration = .seconds(1)

    enum Change {
        case taken(ShardLock)
        case lost
        /// No session could be had; it is tried again.
        case failed(PostgresError)
    }

    let shard: Int
    private let onChange: (Change) -> Void
    private let url: String
    private let name: String
    private let loop: EventLoop
    private var connection: PostgresConnection?
    private var timer: Timer?
    private(set) var isHeld = false
    /// How often it was got.
    private(set) var turn = 0
    /// When the last ping was sent that was answered; nil while the lock isn't held.
    private(set) var confirmed: Instant?

    /// - Parameter name: what the server's list of sessions shows.
    init(
        _ shard: Int, at url: String, as name: String, on loop: EventLoop,
        _ onChange: @escaping (Change) -> Void
    ) {
        (self.shard, self.url, self.name, self.loop, self.onChange) = (shard, url, name, loop, onChange)
    }

    isolated deinit { close() }

    /// Wants the lock from then on.
    func want(after delay: Duration) {
        timer?.cancel()
        timer = loop.after(delay) { [weak self] in self?.connect() }
    }

    /// Gives the lock back, or wants it no longer. `onChange` isn't called.
    func close() {
        timer?.cancel()
        connection?.close()
        (connection, isHeld, confirmed) = (nil, false, nil)
    }

    private func connect() {
        connection = PostgresConnection(to: url, as: name, within: .seconds(10), on: loop) {
            [weak self] error in
            if let error { self?.ended(error) } else { self?.lock() }
        }
    }

    private func lock() {
        guard let connection else { return }
        // A statement that waits for a lock isn't silent, and its server process doesn't notice by itself that this
        // gateway is gone.
        connection.run("SET idle_session_timeout = '\(Self.silenceLimit)'")
        connection.run("SET client_connection_check_interval = '500ms'")
        connection.run("SET tcp_keepalives_idle = 5")
        connection.run("SET tcp_keepalives_interval = 5")
        connection.run("SET tcp_keepalives_count = 3")
        connection.run("SELECT pg_advisory_lock(\(PostgresSchema.lockClass), \(shard))") {
            [weak self] outcome in
            if case .failure(let error) = outcome { return self?.ended(error) ?? () }
            self?.locked()
        }
    }

    private func locked() {
        isHeld = true
        turn += 1
        confirmed = .current
        pingLater()
        onChange(.taken(self))
    }

    private func pingLater() {
        timer = loop.after(Self.pingInterval) { [weak self] in self?.ping() }
    }

    private func ping() {
        let start = Instant.current
        timer = loop.after(Self.patience) { [weak self] in self?.ended(PostgresError("no answer")) }
        connection?.run("SELECT 1") { [weak self] outcome in
            guard let self else { return }
            timer?.cancel()
            if case .failure(let error) = outcome { return ended(error) }
            confirmed = start
            pingLater()
        }
    }

    private func ended(_ error: PostgresError) {
        let wasHeld = isHeld
        close()
        want(after: Self.retryDelay)
        onChange(wasHeld ? .lost : .failed(error))
    }
}
