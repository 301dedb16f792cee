import Logging

/// Lists the scopes that have events of an earlier run, in the order of their names. The list is read in pages, so that
/// a million scopes needn't fit into memory.
struct RecoveredScopes {
    static let pageSize = 1000

    /// Events with lower keys are of an earlier run.
    private let end: Int64
    /// The last scope that was read; nil once all were.
    private var last: String?

    /// No recovered scopes.
    init() { (end, last) = (0, nil) }

    /// - Parameter end: the key of the first event of this run.
    init(before end: Int64) { (self.end, last) = (end, "") }

    var isAtEnd: Bool { last == nil }

    /// The next page of scopes, and how many events each has.
    mutating func next(
        in database: Database, log: Logger
    ) throws(DatabaseError) -> [(scope: Scope, count: Int)] {
        let read = try database.prepare(
            """
            SELECT scope, count(*) FROM events WHERE scope > ? AND key < ?
            GROUP BY scope ORDER BY scope LIMIT \(Self.pageSize)
            """)
        read.bind(0, last ?? "")
        read.bind(1, end)
        var scopes: [(Scope, Int)] = []
        var rows = 0
        while try read.step() {
            rows += 1
            let name = read.text(0) ?? ""
            last = name
            if let scope = Scope(name), let count = read.integer(1) {
                scopes.append((scope, Int(count)))
            } else {
                log.error("skipped the events of scope '\(name)', which can't be read")
            }
        }
        if rows < Self.pageSize { last = nil }
        return scopes
    }

    /// How many events a scope has; 0 for one that was read before.
    func count(of scope: Scope, in database: Database) throws(DatabaseError) -> Int {
        guard isUnread(scope) else { return 0 }
        let read = try database.prepare("SELECT count(*) FROM events WHERE scope = ? AND key < ?")
        read.bind(0, scope.description)
        read.bind(1, end)
        return try read.step() ? Int(clamping: read.integer(0) ?? 0) : 0
    }

    private func isUnread(_ scope: Scope) -> Bool {
        last.map { $0.utf8.lexicographicallyPrecedes(scope.description.utf8) } ?? false
    }
}
