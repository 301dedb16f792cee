import JSON

/// The journal's statements, prepared once.
final class JournalStatements {
    private let database: Database
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    let events: EventStatements
    private let calls: CallStatements
    let states: StateStatements
    let wakes: WakeStatements
    private let metadata: MetadataStatements
    private let children: ChildStatements
    private let addHold: Statement
    private let addMigration: Statement

    init(_ database: Database) throws(DatabaseError) {
        self.database = database
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        rollback = try database.prepare("ROLLBACK")
        events = try EventStatements(database)
        calls = try CallStatements(database)
        states = try StateStatements(database)
        wakes = try WakeStatements(database)
        metadata = try MetadataStatements(database)
        children = try ChildStatements(database)
        addHold = try database.prepare("INSERT OR REPLACE INTO holds VALUES (?, ?)")
        addMigration = try database.prepare("INSERT OR REPLACE INTO migrations VALUES (?, ?)")
    }

    /// Makes all of the changes in one transaction, or none of them.
    func commit(_ changes: JournalChanges) throws(DatabaseError) {
        do {
            try begin.run()
            try write(changes)
            try commit.run()
        } catch {
            if database.isInTransaction { try? rollback.run() }
            throw error
        }
    }

    private func write(_ changes: JournalChanges) throws(DatabaseError) {
        try events.write(changes.events)
        try calls.write(changes.calls)
        try metadata.write(changes.metadata)
        for (scope, state) in changes.states { try states.set(state, of: scope) }
        for change in changes.wakes { try wakes.write(change) }
        for (scope, child) in changes.children { try children.set(child, of: scope) }
        for (chat, end) in changes.holds {
            addHold.bind(0, chat)
            try addHold.run(1, end)
        }
        for (old, new) in changes.migrations {
            addMigration.bind(0, old)
            try addMigration.run(1, new)
        }
    }
}

/// The statements for events and dead letters.
struct EventStatements {
    private let add: Statement
    private let remove: Statement
    private let requeue: Statement
    private let deadLetter: Statement
    private let revive: Statement
    /// Parameters: a scope, and the key after which to read.
    let read: Statement

    init(_ database: Database) throws(DatabaseError) {
        add = try database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)")
        remove = try database.prepare("DELETE FROM events WHERE key = ?")
        requeue = try database.prepare("UPDATE events SET redelivered = 1, deaths = ? WHERE key = ?")
        deadLetter = try database.prepare("INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, 0)")
        revive = try database.prepare("DELETE FROM dead_letters WHERE key = ?")
        read = try database.prepare(
            """
            SELECT key, update_id, line, redelivered, deaths FROM events
            WHERE scope = ? AND key > ? ORDER BY key
            """)
    }

    func write(_ changes: JournalChanges.Events) throws(DatabaseError) {
        for event in changes.appended { try append(event) }
        for key in changes.revived { try revive.run(0, key) }
        for (key, deaths) in changes.requeued {
            requeue.bind(0, Int64(deaths))
            try requeue.run(1, key)
        }
        for (event, reason) in changes.deadLettered { try deadLetter(event, reason) }
        for key in changes.acknowledged { try remove.run(0, key) }
    }

    func append(_ event: IncomingEvent) throws(DatabaseError) {
        add.bind(0, event.key)
        add.bind(1, event.scope.description)
        add.bind(2, event.updateID)
        add.bind(3, event.line)
        add.bind(4, event.isRedelivered ? 1 : 0)
        try add.run(5, Int64(event.deaths))
    }

    private func deadLetter(_ event: IncomingEvent, _ reason: String) throws(DatabaseError) {
        deadLetter.bind(0, event.key)
        deadLetter.bind(1, event.scope.description)
        deadLetter.bind(2, event.updateID)
        deadLetter.bind(3, event.line)
        deadLetter.bind(4, reason)
        try deadLetter.run(5, JournalMetadata.now)
        try remove.run(0, event.key)
    }
}

struct CallStatements {
    private let add: Statement
    private let remove: Statement

    init(_ database: Database) throws(DatabaseError) {
        add = try database.prepare("INSERT INTO calls VALUES (?, ?, ?)")
        remove = try database.prepare("DELETE FROM calls WHERE key = ?")
    }

    func write(_ changes: JournalChanges.Calls) throws(DatabaseError) {
        for (key, (call, scope)) in changes.added {
            add.bind(0, key)
            add.bind(1, scope.description)
            add.bind(2, call.line.bytes)
            try add.run()
        }
        for key in changes.answered { try remove.run(0, key) }
    }
}

/// The statements for the states that children store.
struct StateStatements {
    private let set: Statement
    private let remove: Statement
    /// Parameter: a scope.
    let read: Statement

    init(_ database: Database) throws(DatabaseError) {
        set = try database.prepare("INSERT OR REPLACE INTO states VALUES (?, ?)")
        remove = try database.prepare("DELETE FROM states WHERE scope = ?")
        read = try database.prepare("SELECT value FROM states WHERE scope = ?")
    }

    func set(_ state: JSON?, of scope: Scope) throws(DatabaseError) {
        guard let state else {
            remove.bind(0, scope.description)
            return try remove.run()
        }
        set.bind(0, scope.description)
        set.bind(1, state.bytes)
        try set.run()
    }
}

/// The statements for scheduled events.
struct WakeStatements {
    private let add: Statement
    private let remove: Statement
    private let forget: Statement
    let next: Statement
    /// Parameter: a time. Reads those that are due then, the first ones first.
    let due: Statement

    init(_ database: Database) throws(DatabaseError) {
        add = try database.prepare("INSERT OR REPLACE INTO wakes VALUES (?, ?, ?)")
        remove = try database.prepare("DELETE FROM wakes WHERE scope = ? AND at = ?")
        forget = try database.prepare("DELETE FROM wakes WHERE scope = ?")
        next = try database.prepare("SELECT min(at) FROM wakes")
        due = try database.prepare(
            "SELECT scope, at, members FROM wakes WHERE at <= ? ORDER BY at LIMIT 1000")
    }

    func write(_ change: JournalChanges.WakeChange) throws(DatabaseError) {
        switch change {
        case .scheduled(let wake):
            add.bind(0, wake.scope.description)
            add.bind(1, wake.at)
            add.bind(2, wake.members)
            try add.run()
        case .taken(let scope, let at):
            remove.bind(0, scope.description)
            try remove.run(1, at)
        case .forgotten(let scope):
            forget.bind(0, scope.description)
            try forget.run()
        }
    }
}

/// The statements for the list of running children.
struct ChildStatements {
    private let add: Statement
    private let remove: Statement

    init(_ database: Database) throws(DatabaseError) {
        add = try database.prepare("INSERT OR REPLACE INTO children VALUES (?, ?, ?)")
        remove = try database.prepare("DELETE FROM children WHERE scope = ?")
    }

    func set(_ child: (pid: Int32, started: Int64)?, of scope: Scope) throws(DatabaseError) {
        guard let child else {
            remove.bind(0, scope.description)
            return try remove.run()
        }
        add.bind(0, scope.description)
        add.bind(1, Int64(child.pid))
        try add.run(2, child.started)
    }
}
