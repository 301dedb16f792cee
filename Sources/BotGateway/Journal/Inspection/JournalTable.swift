import JSON

/// A table that a journal has in SQLite and at a server, where it also has the column `shard`.
struct JournalTable {
    enum Kind {
        case integer, text, boolean
    }

    let here: String
    let there: String
    /// What a row is, for messages.
    let row: String
    let columns: [(name: String, kind: Kind)]

    static let all = [
        JournalTable(
            "events", "event", "waiting event",
            [
                ("key", .integer), ("scope", .text), ("update_id", .integer), ("line", .text),
                ("redelivered", .boolean), ("deaths", .integer),
            ]),
        JournalTable("calls", "call", "call", [("key", .integer), ("scope", .text), ("line", .text)]),
        JournalTable("states", "state", "state", [("scope", .text), ("value", .text)]),
        JournalTable(
            "wakes", "wake", "scheduled event", [("scope", .text), ("at", .integer), ("members", .text)]),
        JournalTable(
            "dead_letters", "dead_letter", "dead letter",
            [
                ("key", .integer), ("scope", .text), ("update_id", .integer), ("line", .text),
                ("reason", .text),
                ("died", .integer),
            ]),
        JournalTable("holds", "hold", "rate limit", [("chat", .text), ("until", .integer)]),
        JournalTable("migrations", "moved", "migrated group", [("old", .integer), ("new", .integer)]),
    ]

    private init(_ here: String, _ there: String, _ row: String, _ columns: [(String, Kind)]) {
        (self.here, self.there, self.row) = (here, there, row)
        self.columns = columns.map { (name: $0.0, kind: $0.1) }
    }

    var isByScope: Bool { columns.contains { $0.name == "scope" } }
    /// Its first column, which is unique with the second one.
    var order: String { columns.prefix(2).map(\.name).joined(separator: ", ") }
    var names: String { columns.map(\.name).joined(separator: ", ") }

    /// The record of a row as PostgreSQL names its types, such as `key bigint, scope text`.
    var record: String {
        columns.map { name, kind in
            switch kind {
            case .integer: "\(name) bigint"
            case .text: "\(name) text"
            case .boolean: "\(name) boolean"
            }
        }.joined(separator: ", ")
    }
}
