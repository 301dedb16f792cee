import JSON

/// What the next commit changes.
struct JournalChanges {
    var events: [IncomingEvent] = []
    var offset: Int64?
    var username: String?
    /// Since the start.
    var dropped: (notAllowed: Int, tooOld: Int)?
    /// Dead letters that have become events again.
    var revived: [Int64] = []
    var acknowledged: [Int64] = []
    var given: [(key: Int64, deaths: Int)] = []
    var deadLettered: [(event: IncomingEvent, reason: String)] = []
    var calls: [Int64: (call: Call, scope: Scope)] = [:]
    var answered: [Int64] = []
    var states: [Scope: JSON?] = [:]
    var children: [Scope: (pid: Int32, started: Int64)?] = [:]
    /// Until when a chat must wait.
    var holds: [String: Int64] = [:]
    var migrations: [Int64: Int64] = [:]

    var isEmpty: Bool {
        events.isEmpty && offset == nil && username == nil && dropped == nil && revived.isEmpty
            && acknowledged.isEmpty && given.isEmpty && deadLettered.isEmpty && calls.isEmpty
            && answered.isEmpty
            && states.isEmpty
            && children.isEmpty && holds.isEmpty && migrations.isEmpty
    }
}

/// The journal's statements, prepared once.
final class JournalStatements {
    let begin, commit, rollback: Statement
    private let addEvent, removeEvent, markEvent, deadLetter, revive, addCall, removeCall, setState,
        removeState: Statement
    private let setFact, addChild, removeChild, addHold, addMigration: Statement
    let readEvents, readState: Statement

    init(_ database: Database) throws(DatabaseError) {
        begin = try database.prepare("BEGIN IMMEDIATE")
        commit = try database.prepare("COMMIT")
        rollback = try database.prepare("ROLLBACK")
        addEvent = try database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)")
        removeEvent = try database.prepare("DELETE FROM events WHERE key = ?")
        markEvent = try database.prepare("UPDATE events SET redelivered = 1, deaths = ? WHERE key = ?")
        deadLetter = try database.prepare("INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, 0)")
        revive = try database.prepare("DELETE FROM dead_letters WHERE key = ?")
        addCall = try database.prepare("INSERT INTO calls VALUES (?, ?, ?)")
        removeCall = try database.prepare("DELETE FROM calls WHERE key = ?")
        setState = try database.prepare("INSERT OR REPLACE INTO states VALUES (?, ?)")
        removeState = try database.prepare("DELETE FROM states WHERE scope = ?")
        setFact = try database.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)")
        addChild = try database.prepare("INSERT OR REPLACE INTO children VALUES (?, ?, ?)")
        removeChild = try database.prepare("DELETE FROM children WHERE scope = ?")
        addHold = try database.prepare("INSERT OR REPLACE INTO holds VALUES (?, ?)")
        addMigration = try database.prepare("INSERT OR REPLACE INTO migrations VALUES (?, ?)")
        readEvents = try database.prepare(
            """
            SELECT key, update_id, line, redelivered, deaths FROM events
            WHERE scope = ? AND key > ? ORDER BY key
            """)
        readState = try database.prepare("SELECT value FROM states WHERE scope = ?")
    }

    func write(_ changes: JournalChanges) throws(DatabaseError) {
        for event in changes.events { try add(event) }
        for key in changes.revived { try revive.run(0, key) }
        for (key, deaths) in changes.given {
            markEvent.bind(0, Int64(deaths))
            try markEvent.run(1, key)
        }
        for (event, reason) in changes.deadLettered { try deadLetter(event, reason) }
        for key in changes.acknowledged { try removeEvent.run(0, key) }
        for (key, (call, scope)) in changes.calls {
            addCall.bind(0, key)
            addCall.bind(1, scope.description)
            addCall.bind(2, call.line.bytes)
            try addCall.run()
        }
        for key in changes.answered { try removeCall.run(0, key) }
        if let offset = changes.offset {
            setFact.bind(0, "offset")
            try setFact.run(1, offset)
        }
        try writeRest(changes)
    }

    private func add(_ event: IncomingEvent) throws(DatabaseError) {
        addEvent.bind(0, event.key)
        addEvent.bind(1, event.scope.description)
        addEvent.bind(2, event.updateID)
        addEvent.bind(3, event.line)
        addEvent.bind(4, event.isRedelivered ? 1 : 0)
        try addEvent.run(5, Int64(event.deaths))
    }

    private func deadLetter(_ event: IncomingEvent, _ reason: String) throws(DatabaseError) {
        deadLetter.bind(0, event.key)
        deadLetter.bind(1, event.scope.description)
        deadLetter.bind(2, event.updateID)
        deadLetter.bind(3, event.line)
        deadLetter.bind(4, reason)
        try deadLetter.run(5, JournalMetadata.now)
        try removeEvent.run(0, event.key)
    }

    /// What seldom changes.
    private func writeRest(_ changes: JournalChanges) throws(DatabaseError) {
        if let username = changes.username {
            setFact.bind(0, "username")
            setFact.bind(1, username)
            try setFact.run()
        }
        if let dropped = changes.dropped {
            for (name, count) in [("not_allowed", dropped.notAllowed), ("too_old", dropped.tooOld)] {
                setFact.bind(0, name)
                try setFact.run(1, Int64(count))
            }
        }
        for (scope, state) in changes.states {
            if let state {
                setState.bind(0, scope.description)
                setState.bind(1, state.bytes)
                try setState.run()
            } else {
                removeState.bind(0, scope.description)
                try removeState.run()
            }
        }
        for (scope, child) in changes.children {
            if let child {
                addChild.bind(0, scope.description)
                addChild.bind(1, Int64(child.pid))
                try addChild.run(2, child.started)
            } else {
                removeChild.bind(0, scope.description)
                try removeChild.run()
            }
        }
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
