/// The dead letters of a journal at a server.
package struct SharedDeadLetters {
    private let server: ClusterClient

    package init(at server: ClusterClient) { self.server = server }

    /// As in `DeadLetters`.
    package func updates() throws(GatewayFailure) -> [[UInt8]?] {
        let letters = try server.rows("SELECT line FROM pipegram.dead_letter ORDER BY key")
        return letters.map { IncomingEvent.update(from: letters.bytes($0, 0)) }
    }

    /// Puts all of them behind the events that wait; the gateways deliver them at once. Returns how many.
    package func retry() throws(GatewayFailure) -> Int {
        Int(try server.number("SELECT pipegram.retry_dead_letters()"))
    }

    /// Deletes all of them. Returns how many.
    package func clear() throws(GatewayFailure) -> Int {
        Int(
            try server.number(
                "WITH gone AS (DELETE FROM pipegram.dead_letter RETURNING 1) SELECT count(*) FROM gone"))
    }
}
