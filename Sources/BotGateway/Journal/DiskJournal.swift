import CSQLite
import Glibc
import JSON
import Logging
import Reactor

/// The journal in an SQLite database: what was committed outlives a kill -9 and a power cut.
///
/// Changes are collected in memory and committed together: at the end of the turn of the loop in which
/// updates came, for their sender waits for it; else a few turns later. While the disk is full they stay
/// there, no update is taken, and it is tried again.
@MainActor package final class DiskJournal: Journal {
    /// Nothing waits longer than that for a commit.
    private static let commitDelay: Duration = .milliseconds(20)
    private static let retryDelay: Duration = .seconds(1)
    /// 64 MiB of them.
    private static let manyFreePages: Int64 = 16_384
    /// How long others that write are waited for at the start and at the end; in between the loop goes on.
    static let patience: Duration = .seconds(5)

    package let isDurable: Bool
    package private(set) var commits = 0
    package var onCommit: () -> Void = {}
    /// Called when the database is broken; there is nothing to go on with.
    package var onFailure: (GatewayFailure) -> Void = { _ in }

    let database: Database
    let statements: JournalStatements
    let log: Logger
    let place: String
    /// Held for its lock.
    let directory: StateDirectory?
    private let loop: EventLoop
    var pending = JournalChanges()
    /// What waits for the next commit.
    var waiting: [() -> Void] = []
    var nextKey: Int64
    private var timer: Timer?
    private var isDue = false
    /// Since when it can't be written; nil while all is well.
    private var troubleSince: Instant?
    private var saidTrouble = false
    private var isBroken = false
    var possiblyDelivered: PossiblyDelivered
    var earlier = RecoveredScopes()

    /// - Parameters:
    ///   - directory: nil to keep everything in memory.
    ///   - bot: the bot's id; a journal belongs to one bot.
    ///   - redeliveryWindow: how many events of a scope may be with its child while they still are in the journal.
    package init(
        in directory: StateDirectory?, bot: Int64, redeliveryWindow: Int, on loop: EventLoop, log: Logger
    ) throws(GatewayFailure) {
        (self.directory, self.loop, self.log) = (directory, loop, log)
        isDurable = directory != nil
        place = directory?.journal ?? "in memory"
        let database = try JournalDatabase.open(directory?.journal, patience: Self.patience)
        self.database = database
        do {
            statements = try JournalStatements(database)
            let facts = JournalMetadata(database)
            if let owner = try facts["bot"], owner != bot {
                throw GatewayFailure(
                    .unusableState,
                    "\(place) belongs to bot \(owner), and this is bot \(bot); name another place with --state "
                        + "DIR")
            }
            let last = { (table: String) in try database.integer("SELECT max(key) FROM \(table)") ?? 0 }
            let lastEvent = try last("events")
            nextKey = max(lastEvent, try last("calls"), try last("dead_letters")) + 1
            let wasClean = try facts["clean"] != 0
            possiblyDelivered = PossiblyDelivered(
                through: wasClean ? 0 : lastEvent, count: Int(clamping: try facts["reach"] ?? 0))
            try database.execute("DELETE FROM children")
            shrink(database)
            // What was in doubt before stays so until it was given again.
            let redeliveryWindow = max(redeliveryWindow, wasClean ? 0 : possiblyDelivered.count)
            try facts.set([
                "bot": bot, "clean": 0, "reach": Int64(redeliveryWindow), "started": JournalMetadata.now,
                "stopped": 0,
                "not_allowed": 0, "too_old": 0,
            ])
            database.wait(upTo: .zero)
        } catch {
            throw JournalDatabase.failure(error, at: place)
        }
    }

    isolated deinit { timer?.cancel() }

    /// Gives the disk back what a backlog took that is gone by now.
    private func shrink(_ database: Database) {
        let free = (try? database.integer("PRAGMA freelist_count")) ?? 0
        let pages = (try? database.integer("PRAGMA page_count")) ?? 0
        guard free > Self.manyFreePages, free > pages / 2 else { return }
        // Without room for it, the file stays as it is.
        try? database.execute("VACUUM")
    }

    // MARK: commits

    package func commitSoon() {
        guard !isDue, troubleSince == nil else { return }
        isDue = true
        loop.soon { [weak self] in self?.commit() }
    }

    func commitLater() {
        guard timer == nil, !isDue else { return }
        commit(after: Self.commitDelay)
    }

    private func commit(after delay: Duration) {
        timer = loop.after(delay) { [weak self] in
            self?.timer = nil
            self?.commit()
        }
    }

    private func commit() {
        isDue = false
        timer?.cancel()
        timer = nil
        do throws(DatabaseError) {
            try write()
        } catch {
            return failed(error)
        }
        if saidTrouble, let since = troubleSince {
            log.notice("\(place) can be written again, after \((Instant.current - since).rounded)")
        }
        (troubleSince, saidTrouble) = (nil, false)
        commits += 1
        let stored = waiting
        waiting = []
        for action in stored { action() }
        onCommit()
    }

    /// Commits at once what isn't committed yet.
    func flush() {
        if !pending.isEmpty || !waiting.isEmpty { commit() }
    }

    func write() throws(DatabaseError) {
        guard !pending.isEmpty else { return }
        do {
            try statements.begin.run()
            try statements.write(pending)
            try statements.commit.run()
        } catch {
            if database.isInTransaction { try? statements.rollback.run() }
            throw error
        }
        pending = JournalChanges()
    }

    /// Whoever asked will ask again.
    func failedToRead(_ error: DatabaseError) -> JournalReadError {
        if error.mayPass {
            log.error("the journal \(place) can't be read: \(error); it is tried again")
        } else {
            fail(error)
        }
        return JournalReadError()
    }

    /// There is nothing to go on with. Said by whoever ends for it.
    func fail(_ error: DatabaseError) {
        guard !isBroken else { return }
        isBroken = true
        onFailure(JournalDatabase.failure(error, at: place))
    }

    private func failed(_ error: DatabaseError) {
        guard error.mayPass else { return fail(error) }
        let since = troubleSince ?? .current
        troubleSince = since
        // Someone else who writes is soon done.
        let isBusy = error.code == SQLITE_BUSY
        if !saidTrouble, !isBusy || since + .seconds(5) < .current {
            saidTrouble = true
            log.error(
                """
                the journal \(place) can't be written: \(error). No update is taken until that works; \
                Telegram keeps them for a day. Make room on that disk, or see to it that it can be written
                """)
        }
        commit(after: isBusy ? Self.commitDelay : Self.retryDelay)
    }

    /// The last commit.
    ///
    /// - Parameter clean: no child has anything in hand that the journal doesn't know of.
    package func close(clean: Bool) {
        database.wait(upTo: Self.patience)
        commit()
        timer?.cancel()
        guard !isBroken else { return }
        guard troubleSince == nil else {
            return log.error("\(place) could not be written at last: some events will come again")
        }
        let events = (try? database.integer("SELECT count(*) FROM events")) ?? 0
        let calls = (try? database.integer("SELECT count(*) FROM calls")) ?? 0
        if isDurable, events + calls > 0 {
            log.notice("\(events) events and \(calls) calls stay in the journal for the next start")
        }
        let doubtful = try? database.integer(
            "SELECT count(*) FROM events WHERE key <= \(possiblyDelivered.through)")
        let isClean = clean && doubtful == 0
        try? JournalMetadata(database).set(["clean": isClean ? 1 : 0, "stopped": JournalMetadata.now])
    }
}
