import Glibc
import JSON

/// The state of a gateway, running or not. It is read from the journal and changes nothing.
///
/// Times are milliseconds since 1970.
package struct StateReport {
    enum Life: Equatable {
        case running(pid: pid_t)
        case stopped(at: Int64)
        /// It ended without a shutdown: it was killed, or the machine crashed.
        case killed
        /// `state copy` made it, and no gateway has run with it.
        case copied
        /// Gateways share the journal.
        case cluster(Cluster)
    }

    /// A scope with a child, or with events or calls in the journal.
    struct Entry: Equatable {
        struct Child: Equatable {
            let pid: Int64
            let age: Duration
        }

        let scope: String
        var child: Child?
        /// Unacknowledged events, including those in flight.
        var events = 0
        /// Unanswered calls.
        var calls = 0
        /// The type of the oldest of these calls: the others wait for it.
        var firstCall: String?

        var rank: (Int, String) { (-events - calls, scope) }
    }

    struct Hold: Equatable {
        let chat: String
        let left: Duration
    }

    struct DeadLetterCount: Equatable {
        let total: Int64
        /// Those marked for redelivery.
        let marked: Int64
    }

    /// The updates dropped since the start.
    struct DroppedCount: Equatable {
        let notAllowed: Int64
        let tooOld: Int64
    }

    let now: Int64
    /// Nil for a journal in memory.
    let directory: String?
    let bot: Int64?
    let username: String?
    let life: Life
    let started: Int64?
    let offset: Int64?
    /// Sorted by the number of events and calls, the highest first.
    let scopes: [Entry]
    let deadLetters: DeadLetterCount
    let dropped: DroppedCount
    let holds: [Hold]
    let health: GatewayHealth

    /// Whether the gateway runs and Telegram answers its polls, or uses its webhook. Each poll takes less than a minute.
    package var isPolling: Bool {
        guard isRunning, !health.isPollFailing, let last = health.lastPoll else { return false }
        return now - last * 1000 < Self.silenceLimit
    }

    /// A poll's 50 s, its patience of 10 s, the 10 s until its time is stored, and as much again.
    private static let silenceLimit: Int64 = 90_000

    private var isRunning: Bool {
        switch life {
        case .running: true
        case .stopped, .killed, .copied: false
        case .cluster(let cluster): cluster.poller != nil
        }
    }

    /// The file of paired users, which keeps all others out, and how many it has; nil if there is none.
    var paired: (file: String, count: Int)? {
        if case .cluster = life { return nil }
        var users = PairedUsers(in: directory)
        try? users.read()
        return users.place.map { ($0, users.list.userCount) }
    }

    /// Nil if the gateway doesn't run.
    var uptime: Duration? {
        guard case .running = life else { return nil }
        return started.map { Self.time(from: $0, to: now) }
    }

    var withChild: [Entry] { scopes.filter { $0.child != nil } }
    var withoutChild: [Entry] { scopes.filter { $0.child == nil } }

    static func sum(_ entries: some Sequence<Entry>, _ count: KeyPath<Entry, Int>) -> Int {
        entries.reduce(0) { $0 + $1[keyPath: count] }
    }

    /// Reads the state from outside of the gateway, which may be running.
    ///
    /// Fails with `.neverRan` if no gateway has run there.
    package init(of directory: String) throws(GatewayFailure) {
        let database = try JournalDatabase.open(in: directory, for: .reading)
        do {
            try self.init(database, in: directory, runBy: StateDirectory.holder(of: directory))
        } catch {
            throw JournalDatabase.failure(error, at: "\(directory)/journal.db")
        }
    }

    /// - Parameter pid: the gateway's pid; nil if it doesn't run.
    init(_ database: Database, in directory: String?, runBy pid: pid_t?) throws(DatabaseError) {
        // One transaction, for a consistent snapshot.
        try database.execute("BEGIN")
        defer { try? database.execute("COMMIT") }
        let now = JournalMetadata.now
        let facts = JournalMetadata(database)
        let started = try facts["started"]
        let stopped = try facts["stopped"] ?? 0
        (self.now, self.directory, self.started) = (now, directory, started)
        bot = try facts["bot"]
        username = try facts.text("username")
        offset = try facts.offset
        life = pid.map(Life.running) ?? Self.end(started: started, stopped: stopped)
        scopes = try Self.scopes(database, isRunning: pid != nil, now: now)
        deadLetters = DeadLetterCount(
            total: try database.integer("SELECT count(*) FROM dead_letters") ?? 0,
            marked: try database.integer("SELECT count(*) FROM dead_letters WHERE retry <> 0") ?? 0)
        dropped = DroppedCount(notAllowed: try facts["not_allowed"] ?? 0, tooOld: try facts["too_old"] ?? 0)
        let lastPoll = try facts["last_poll"] ?? 0
        // A clock that was set back, or a poll of an earlier run.
        let isOld = lastPoll < (started ?? 0) / 1000
        health = GatewayHealth(
            lastPoll: lastPoll > 0 && !isOld ? lastPoll : nil, isPollFailing: try facts["poll_failing"] == 1,
            pollErrors: Int(try facts["poll_errors"] ?? 0), callErrors: Int(try facts["call_errors"] ?? 0),
            isWebhook: try facts["webhook"] == 1)
        holds = try JournalDatabase.holds(database, at: now).map { Hold(chat: $0.chat, left: $0.left) }
    }

    private static func end(started: Int64?, stopped: Int64) -> Life {
        if stopped > 0 { return .stopped(at: stopped) }
        return started == nil ? .copied : .killed
    }

    private static func scopes(
        _ database: Database, isRunning: Bool, now: Int64
    ) throws(DatabaseError) -> [Entry] {
        var scopes: [String: Entry] = [:]
        // The children that a killed gateway left in the table are gone.
        let children = try database.prepare("SELECT scope, pid, started FROM children")
        while isRunning, try children.step() {
            guard let name = children.text(0), let pid = children.integer(1) else { continue }
            let age = time(from: children.integer(2) ?? now, to: now)
            scopes[name] = Entry(scope: name, child: .init(pid: pid, age: age))
        }
        for (table, count) in [("events", \Entry.events), ("calls", \Entry.calls)] {
            let counts = try database.prepare("SELECT scope, count(*) FROM \(table) GROUP BY scope")
            while try counts.step() {
                let name = counts.text(0) ?? ""
                scopes[name, default: Entry(scope: name)][keyPath: count] = Int(counts.integer(1) ?? 0)
            }
        }
        let first = try database.prepare(
            "SELECT scope, line FROM calls WHERE key IN (SELECT min(key) FROM calls GROUP BY scope)")
        while try first.step() {
            let line = first.bytes(1)
            scopes[first.text(0) ?? ""]?.firstCall =
                line.withUnsafeBytes { try? JSON(parsing: $0) }?["type"]?.string
        }
        return scopes.values.sorted { $0.rank < $1.rank }
    }

    /// The time between two dates; zero if the clock was set back.
    private static func time(from start: Int64, to end: Int64) -> Duration {
        .milliseconds(max(0, end - start))
    }
}

extension DiskJournal {
    /// The state of this running gateway.
    package func report() throws(GatewayFailure) -> StateReport {
        commit.flush()
        do {
            return try StateReport(database, in: directory?.path, runBy: getpid())
        } catch {
            throw JournalDatabase.failure(error, at: place)
        }
    }
}
