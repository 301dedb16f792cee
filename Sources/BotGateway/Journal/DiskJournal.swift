import JSON
import Logging
import Reactor

/// The journal in an SQLite database: committed changes survive `kill -9` and a power cut.
///
/// Changes are collected in memory and committed together: at the end of the loop's turn when updates arrived, because
/// Telegram is polled again only after the commit; otherwise within 20 ms. While the disk is full, no update is
/// accepted.
@MainActor package final class DiskJournal: Journal {
    /// 64 MiB in pages of 4 KiB.
    private static let manyFreePages: Int64 = 16_384
    /// How long to wait for another process that writes to the database, at the start and at the end. In between, the
    /// loop must not block.
    static let patience: Duration = .seconds(5)

    /// Called once when the database can't be used any more: the gateway must end.
    package var onFailure: (GatewayFailure) -> Void = { _ in }

    let database: Database
    let statements: JournalStatements
    /// Holds the uncommitted changes and schedules their commit.
    let commit: GroupCommit
    let log: Logger
    /// Kept for its lock; nil for a journal in memory.
    let directory: StateDirectory?
    let server: (any JournalServer)?
    var nextKey: Int64
    /// The ids of appended events are stored, because there is no offset.
    var notesUpdates = false
    private var isBroken = false
    private var possiblyDelivered: PossiblyDelivered
    private var recovered = RecoveredScopes()

    /// - Parameters:
    ///   - directory: nil to keep everything in memory.
    ///   - server: the server that stores the commits; this database then mirrors the shards that the gateway holds.
    ///   - bot: the bot's id; a journal belongs to one bot.
    ///   - redeliveryWindow: the most events of a scope that a child may have received while the journal still holds
    ///     them.
    package init(
        in directory: StateDirectory?, sharedOn server: (any JournalServer)? = nil, bot: Int64,
        redeliveryWindow: Int,
        on loop: EventLoop, log: Logger
    ) throws(GatewayFailure) {
        (self.directory, self.server, self.log) = (directory, server, log)
        let place = StateDirectory.journal(in: directory)
        let database = try JournalDatabase.open(directory?.journal, patience: Self.patience)
        self.database = database
        do {
            let statements = try JournalStatements(database)
            self.statements = statements
            commit = GroupCommit(with: statements, in: directory, on: loop, log: log)
            let facts = JournalMetadata(database)
            if let owner = try facts["bot"], owner != bot {
                throw GatewayFailure(
                    .unusableState,
                    "\(place) belongs to bot \(owner), not to bot \(bot); choose another directory with --state DIR"
                )
            }
            let lastEvent = try database.integer("SELECT max(key) FROM events") ?? 0
            nextKey = try JournalDatabase.nextKey(database)
            let wasClean = try facts["clean"] != 0
            possiblyDelivered = PossiblyDelivered(
                through: wasClean ? 0 : lastEvent, count: Int(clamping: try facts["reach"] ?? 0))
            try database.execute("DELETE FROM children")
            shrink(database)
            // Events that the last run left as possibly delivered stay so until they are redelivered.
            let redeliveryWindow = max(redeliveryWindow, wasClean ? 0 : possiblyDelivered.count)
            try facts.set([
                "bot": bot, "clean": 0, "reach": Int64(redeliveryWindow), "started": JournalMetadata.now,
                "stopped": 0,
                "not_allowed": 0, "too_old": 0, "last_poll": 0, "poll_failing": 0, "poll_errors": 0,
                "call_errors": 0,
            ])
            database.wait(upTo: .zero)
        } catch {
            throw JournalDatabase.failure(error, at: place)
        }
        directory?.noteFiles()
        commit.onFailure = { [unowned self] in fail(with: $0) }
        commit.server = server
    }

    package var isDurable: Bool { directory != nil || server != nil }

    package var isCertain: Bool { server?.isCertain ?? true }

    /// The paths of the files that only the journal may open; none in memory.
    package var ownFiles: [String] { directory?.ownFiles ?? [] }

    /// The journal's path, for messages.
    var place: String { server?.place ?? StateDirectory.journal(in: directory) }

    /// Returns free pages to the disk, if a past backlog left more than half of the file unused.
    private func shrink(_ database: Database) {
        let free = (try? database.integer("PRAGMA freelist_count")) ?? 0
        let pages = (try? database.integer("PRAGMA page_count")) ?? 0
        guard free > Self.manyFreePages, free > pages / 2 else { return }
        // VACUUM needs free disk space. If it fails, the file keeps its size.
        try? database.execute("VACUUM")
    }

    // MARK: commits

    package var commits: Int { commit.count }
    package var nextCommit: Int { commit.begun + 1 }
    package var onCommit: () -> Void {
        get { commit.onCommit }
        set { commit.onCommit = newValue }
    }

    package func commitSoon() { commit.commitSoon() }

    /// A key for a new event or call, higher than all earlier ones.
    func makeKey() -> Int64 {
        defer { nextKey += 1 }
        return nextKey
    }

    /// How long each commit took.
    package var commitTimes: Histogram { commit.times }
    /// Whether the last commit failed, so that no update is accepted.
    package var isFailing: Bool { commit.isFailing }

    /// How many dead letters there are; nil if the journal can't be read now.
    package var deadLetterCount: Int? { server == nil ? count("dead_letters") : nil }

    /// How many events aren't acknowledged, without those of the last few milliseconds; nil if the journal can't be
    /// read now.
    package var eventCount: Int? { count("events") }

    private func count(_ table: String) -> Int? {
        (try? database.integer("SELECT count(*) FROM \(table)")).flatMap { $0 }.map { Int($0) }
    }

    // MARK: recovery

    func startRecovery() { recovered = RecoveredScopes(before: nextKey) }

    package func nextRecovered() -> [(scope: Scope, count: Int)]? {
        guard !recovered.isAtEnd else { return nil }
        // Commit first: acknowledged events must not be counted.
        commit.flush()
        guard commit.changes.isEmpty else { return [] }
        do throws(DatabaseError) {
            return try recovered.next(in: database, log: log)
        } catch {
            _ = failedToRead(error)
            return []
        }
    }

    package func recoveredCount(of scope: Scope) -> Int {
        do throws(DatabaseError) {
            return try recovered.count(of: scope, in: database)
        } catch {
            // If this returned 0 and the gateway went on, newer events would overtake the scope's stored ones. The next
            // start finds all of them.
            fail(error)
            return 0
        }
    }

    /// Marks events as redelivered if a killed run may have given them to a child.
    func markPossiblyDelivered(_ events: inout [IncomingEvent], of scope: Scope, areFirst: Bool) {
        possiblyDelivered.mark(&events, of: scope, areFirst: areFirst)
    }

    // MARK: failures

    /// Reports a failed read. After a temporary error the caller tries again; any other error ends the gateway.
    func failedToRead(_ error: DatabaseError) -> JournalReadError {
        if error.mayPass {
            log.error("can't read the journal \(place): \(error); retrying")
        } else {
            fail(error)
        }
        return JournalReadError()
    }

    /// Ends the gateway because of an unusable database. `onFailure` reports the error.
    func fail(_ error: DatabaseError) { fail(with: JournalDatabase.failure(error, at: place)) }

    private func fail(with failure: GatewayFailure) {
        guard !isBroken else { return }
        isBroken = true
        onFailure(failure)
    }

    /// Makes the last commit.
    ///
    /// - Parameter clean: no child may still hold an event that the journal doesn't mark as redelivered.
    package func close(clean: Bool) {
        database.wait(upTo: Self.patience)
        commit.close()
        if let server { return server.close(clean: clean) }
        guard !isBroken else { return }
        guard !commit.isFailing else {
            return log.error("can't write the last changes to \(place): some events will be redelivered")
        }
        let events = (try? database.integer("SELECT count(*) FROM events")) ?? 0
        let calls = (try? database.integer("SELECT count(*) FROM calls")) ?? 0
        if isDurable, events + calls > 0 {
            log.notice(
                "\(events.counted("event")) and \(calls.counted("call")) left in the journal for the next start"
            )
        }
        let doubtful = try? database.integer(
            "SELECT count(*) FROM events WHERE key <= \(possiblyDelivered.through)")
        let isClean = clean && doubtful == 0
        try? JournalMetadata(database).set(["clean": isClean ? 1 : 0, "stopped": JournalMetadata.now])
    }

    /// Removes the journal of a bot that never signed in, so that it doesn't count as one that has run here.
    package func removeIfNew() { directory?.removeIfNew() }
}
