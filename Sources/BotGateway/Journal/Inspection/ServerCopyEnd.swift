import JSON

/// A journal at a server to copy from or to.
struct ServerCopyEnd: StateCopyEnd {
    private let server: ClusterClient

    init(_ server: ClusterClient, for access: Database.Access) throws(GatewayFailure) {
        self.server = server
        // A gateway that starts meanwhile waits for the locks.
        let locks =
            "SELECT bool_and(pg_try_advisory_lock(\(PostgresSchema.lockClass), id)) FROM generate_series(-1, 15) AS id"
        let running = try server.gateways()
        let isFree = running.isEmpty ? try server.rows(locks).text(0, 0) == "t" : false
        guard isFree else {
            let users = running.isEmpty ? "a gateway or another copy" : running.joined(separator: ", ")
            throw GatewayFailure(
                .noState, "\(server.address.place) is in use by \(users); stop the gateways first")
        }
        if access == .reading { _ = try server.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }
    }

    var place: String { server.address.place }

    func facts() throws(GatewayFailure) -> [String: String] {
        let rows = try server.rows(
            """
            SELECT name, value FROM pipegram.fact
            WHERE name IN ('bot', 'offset', 'username', 'polled') OR name LIKE 'taken\\_%'
            UNION ALL SELECT 'clean', bool_and(clean)::int::text FROM pipegram.shard WHERE id >= 0
            UNION ALL SELECT 'reach', max(reach)::text FROM pipegram.shard WHERE id >= 0
            """)
        return Dictionary(uniqueKeysWithValues: rows.map { (rows.text($0, 0) ?? "", rows.text($0, 1) ?? "") })
    }

    /// With a cursor, for a table may not fit into memory.
    func read(
        _ table: JournalTable, _ use: ([JSON]) throws(GatewayFailure) -> Void
    ) throws(GatewayFailure) {
        _ = try server.rows(
            """
            DECLARE copied CURSOR FOR SELECT to_jsonb(row) FROM
            (SELECT \(table.names) FROM pipegram.\(table.there) ORDER BY \(table.order)) AS row
            """)
        while true {
            let rows = try server.rows("FETCH \(StateCopy.rowsAtOnce) FROM copied")
            if rows.count == 0 { break }
            try use(rows.map { (try? JSON(parsing: rows.bytes($0, 0))) ?? [:] })
        }
        _ = try server.rows("CLOSE copied")
    }

    func begin() throws(GatewayFailure) {
        for table in JournalTable.all {
            guard try server.number("SELECT count(*) FROM pipegram.\(table.there)") == 0 else {
                throw notEmpty(table)
            }
        }
        _ = try server.rows("BEGIN")
    }

    func write(_ rows: [JSON], to table: JournalTable) throws(GatewayFailure) {
        let shards = rows.map { row in
            guard table.isByScope else { return row }
            var row = row
            row.set("shard", JSON(row["scope"]?.string.flatMap(Scope.init)?.shard ?? 0))
            return row
        }
        let (shard, type) = table.isByScope ? ("shard, ", "shard int, ") : ("", "")
        _ = try server.rows(
            """
            INSERT INTO pipegram.\(table.there) (\(shard)\(table.names))
            SELECT \(shard)\(table.names) FROM jsonb_to_recordset($1) AS r(\(type)\(table.record))
            """, [JSON(shards).description])
    }

    func finish(_ facts: [String: String]) throws(GatewayFailure) {
        for (name, value) in facts where name != "clean" && name != "reach" {
            _ = try server.rows(
                "INSERT INTO pipegram.fact VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [name, value])
        }
        _ = try server.rows(
            "UPDATE pipegram.shard SET clean = $1, reach = $2",
            [facts["clean"] == "1" ? "true" : "false", facts["reach"] ?? "1"])
        _ = try server.rows(
            """
            SELECT setval('pipegram.event_key', 1 + greatest(
                (SELECT max(key) FROM pipegram.event), (SELECT max(key) FROM pipegram.dead_letter), 0)),
            setval('pipegram.call_block', 1 + coalesce((SELECT max(key) FROM pipegram.call), 0) / 4294967296)
            """)
        _ = try server.rows("COMMIT")
    }
}
