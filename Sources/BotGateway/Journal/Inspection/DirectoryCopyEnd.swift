import JSON
import Reactor

/// A state directory to copy from or to. It holds the directory's lock.
struct DirectoryCopyEnd: StateCopyEnd {
    private let directory: StateDirectory
    private let database: Database

    init(_ path: String, for access: Database.Access) throws(GatewayFailure) {
        // Before the lock is taken, for that creates the directory.
        if access == .reading { _ = try JournalDatabase.open(in: path, for: .reading) }
        directory = try StateDirectory(path)
        database =
            try access == .reading
            ? JournalDatabase.open(in: path, for: .reading)
            : JournalDatabase.open(directory.journal, patience: .seconds(5))
    }

    var place: String { directory.journal }

    private static let kept =
        "name IN ('bot', 'offset', 'username', 'clean', 'reach', 'polled') OR name GLOB 'taken_*'"

    func facts() throws(GatewayFailure) -> [String: String] {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            var facts: [String: String] = [:]
            let read = try database.prepare("SELECT name, CAST(value AS TEXT) FROM facts WHERE \(Self.kept)")
            while try read.step() {
                if let name = read.text(0), let value = read.text(1) { facts[name] = value }
            }
            return facts
        }
    }

    func read(
        _ table: JournalTable, _ use: ([JSON]) throws(GatewayFailure) -> Void
    ) throws(GatewayFailure) {
        let read = try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            try database.prepare("SELECT \(table.names) FROM \(table.here) ORDER BY \(table.order)")
        }
        while true {
            let rows = try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
                var rows: [JSON] = []
                while rows.count < StateCopy.rowsAtOnce, try read.step() {
                    rows.append(Self.row(read, of: table))
                }
                return rows
            }
            if !rows.isEmpty { try use(rows) }
            // A statement that has ended would begin anew.
            if rows.count < StateCopy.rowsAtOnce { return }
        }
    }

    private static func row(_ read: Statement, of table: JournalTable) -> JSON {
        var row: JSON = [:]
        for (index, column) in table.columns.enumerated() {
            switch column.kind {
            case .integer: row.set(column.name, JSON(read.integer(Int32(index)) ?? 0))
            case .boolean: row.set(column.name, JSON(read.integer(Int32(index)) == 1))
            case .text: row.set(column.name, JSON(String(decoding: read.bytes(Int32(index)), as: UTF8.self)))
            }
        }
        return row
    }

    func begin() throws(GatewayFailure) {
        for table in JournalTable.all {
            let count = try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
                try database.integer("SELECT count(*) FROM \(table.here)")
            }
            guard count == 0 else { throw notEmpty(table) }
        }
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            try database.execute("BEGIN IMMEDIATE")
        }
    }

    func write(_ rows: [JSON], to table: JournalTable) throws(GatewayFailure) {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
            let insert = try database.prepare("INSERT INTO \(table.here) (\(table.names)) VALUES (\(marks))")
            for row in rows {
                for (index, column) in table.columns.enumerated() {
                    let (index, value) = (Int32(index), row[column.name])
                    switch column.kind {
                    case .integer: insert.bind(index, value?.integer ?? 0)
                    case .boolean: insert.bind(index, value?.bool == true ? 1 : 0)
                    // Lines are blobs, names are text.
                    case .text where ["line", "value", "members"].contains(column.name):
                        insert.bind(index, Array((value?.string ?? "").utf8))
                    case .text: insert.bind(index, value?.string ?? "")
                    }
                }
                try insert.run()
            }
        }
    }

    func finish(_ facts: [String: String]) throws(GatewayFailure) {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            let insert = try database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)")
            for (name, value) in facts {
                insert.bind(0, name)
                if let number = Int64(value), name != "username" {
                    insert.bind(1, number)
                } else {
                    insert.bind(1, value)
                }
                try insert.run()
            }
            try database.execute("COMMIT")
        }
    }
}
