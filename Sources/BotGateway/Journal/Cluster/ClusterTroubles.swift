import Logging

/// Logs what goes wrong with the server: once, until it is over.
struct ClusterTroubles {
    private let place: String
    private let log: Logger
    private var isLockFailing = false
    /// Why the server can't be used; nil if it can.
    private var failure: String?

    init(at place: String, log: Logger) { (self.place, self.log) = (place, log) }

    /// No session could be had for a shard's lock.
    mutating func lockFailed(_ error: PostgresError) {
        if !isLockFailing {
            let remedy = ClusterSchemaCheck.remedy(for: error)
            log.error("can't get a session for each shard at \(place): \(error.sentence)\(remedy)")
        }
        isLockFailing = true
    }

    mutating func lockTaken() { isLockFailing = false }

    /// The server, or its tables, can't be used again yet.
    mutating func failed(_ failure: GatewayFailure?) {
        let text = failure?.description
        if let text, text != self.failure { log.error("\(text)") }
        self.failure = text
    }

    mutating func ended() {
        failure = nil
        log.notice("PostgreSQL at \(place) is back")
    }
}
