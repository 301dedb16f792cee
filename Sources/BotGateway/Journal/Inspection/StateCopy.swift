import JSON
import Reactor

/// Copies a journal between directories and servers.
package enum StateCopy {
    static let rowsAtOnce = 500

    /// One end of a copy. Its gateways must be stopped.
    package enum Place {
        case directory(String)
        case server(ClusterClient)
    }

    /// Copies everything: events, calls, states, scheduled events, dead letters, rate limits, migrated groups and the
    /// offset.
    ///
    /// Fails with `.neverRan` if nothing is there to copy, and with `.noState` if a gateway runs at an end, or if the
    /// target has something already.
    ///
    /// - Parameter target: opened once the source is, with the bot's id.
    /// - Returns: the number of rows, by what a row is.
    package static func copy(
        from source: Place, to target: (Int64) throws(GatewayFailure) -> Place
    ) throws(GatewayFailure) -> [(table: String, rows: Int)] {
        let from = try end(source, for: .reading)
        let facts = try from.facts()
        guard let bot = facts["bot"].flatMap({ Int64($0) }) else {
            throw GatewayFailure(.unusableState, "\(from.place) doesn't say to which bot it belongs")
        }
        let to = try end(try target(bot), for: .making)
        try to.begin()
        var counts: [(String, Int)] = []
        for table in JournalTable.all {
            var count = 0
            try from.read(table) { rows throws(GatewayFailure) in
                count += rows.count
                try to.write(rows, to: table)
            }
            counts.append((table.row, count))
        }
        try to.finish(facts)
        return counts
    }

    private static func end(
        _ place: Place, for access: Database.Access
    ) throws(GatewayFailure) -> any StateCopyEnd {
        switch place {
        case .directory(let path): try DirectoryCopyEnd(path, for: access)
        case .server(let server): try ServerCopyEnd(server, for: access)
        }
    }
}

/// One end of a copy.
protocol StateCopyEnd {
    var place: String { get }
    /// The journal's single values: `bot`, `offset`, `username`, `clean`, `reach`, and those of a webhook's updates.
    func facts() throws(GatewayFailure) -> [String: String]
    /// Reads a table, some rows at a time.
    func read(
        _ table: JournalTable, _ use: ([JSON]) throws(GatewayFailure) -> Void
    ) throws(GatewayFailure)
    /// Begins to write. Fails if anything is there.
    func begin() throws(GatewayFailure)
    func write(_ rows: [JSON], to table: JournalTable) throws(GatewayFailure)
    /// Writes the single values, and makes everything last.
    func finish(_ facts: [String: String]) throws(GatewayFailure)
}

extension StateCopyEnd {
    func notEmpty(_ table: JournalTable) -> GatewayFailure {
        GatewayFailure(
            .noState, "\(place) has a \(table.row) already; copy to an empty place")
    }
}
