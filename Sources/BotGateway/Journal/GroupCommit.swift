import CSQLite
import Logging
import Reactor

/// Collects changes in memory and commits them together: at the end of this turn of the loop if a caller waits for the
/// commit, otherwise within `delay`.
///
/// While the disk is full, the changes stay in memory and the commit is retried.
@MainActor final class GroupCommit {
    /// The longest time between a change and its commit.
    private static let delay: Duration = .milliseconds(20)
    private static let retryDelay: Duration = .seconds(1)

    private var tally = Tally()
    /// How long each commit took.
    var times: Histogram { tally.times }
    /// The number of commits.
    var count: Int { times.count }
    /// The number of commits that were begun.
    var begun: Int { tally.begun }
    /// Called after each commit.
    var onCommit: () -> Void = {}
    /// Called with an error that isn't temporary.
    var onFailure: (GatewayFailure) -> Void = { _ in }

    /// The server where commits are stored; nil if the database itself stores them.
    weak var server: (any JournalServer)?

    private let statements: JournalStatements
    private let directory: StateDirectory?
    private let loop: EventLoop
    private let log: Logger
    private(set) var changes = JournalChanges()
    /// Called after the next commit.
    private var completions: [() -> Void] = []
    private var next = Next()
    private var outage = WriteOutage()

    private struct Tally {
        var times = Histogram()
        var begun = 0
    }

    /// When the next commit is made.
    private struct Next {
        var timer: Timer?
        /// At the end of this turn of the loop.
        var isDue = false
    }

    /// - Parameter directory: nil for a journal in memory.
    init(
        with statements: JournalStatements, in directory: StateDirectory?, on loop: EventLoop, log: Logger
    ) {
        (self.statements, self.directory, self.loop, self.log) = (statements, directory, loop, log)
    }

    private var place: String { StateDirectory.journal(in: directory) }

    isolated deinit { next.timer?.cancel() }

    /// Whether the last commit failed.
    var isFailing: Bool { outage.isOngoing || server?.isFailing == true }

    /// Adds a change, to be committed within `delay`.
    func add(_ change: (inout JournalChanges) -> Void) {
        change(&changes)
        guard next.timer == nil, !next.isDue else { return }
        commit(after: Self.delay)
    }

    /// Adds a change, to be committed at the end of this turn of the loop.
    ///
    /// - Parameter stored: called after the commit, which waits while the disk is full.
    func add(_ change: (inout JournalChanges) -> Void, then stored: @escaping () -> Void) {
        change(&changes)
        completions.append(stored)
        commitSoon()
    }

    func commitSoon() {
        guard !next.isDue, !outage.isOngoing else { return }
        next.isDue = true
        loop.soon { [weak self] in self?.commit() }
    }

    private func commit(after delay: Duration) {
        next.timer = loop.after(delay) { [weak self] in
            self?.next.timer = nil
            self?.commit()
        }
    }

    /// Commits at once and calls the completions.
    func commit() {
        next.isDue = false
        next.timer?.cancel()
        next.timer = nil
        // One commit at a time is on its way to the server.
        guard server?.isCommitting != true else { return commit(after: Self.delay) }
        let start = Instant.current
        do throws(DatabaseError) {
            try write()
        } catch {
            return failed(error)
        }
        tally.begun += 1
        let stored = completions
        completions = []
        guard let server else { return finish(stored, since: start) }
        server.commit { [weak self] in self?.finish(stored, since: start) }
    }

    private func finish(_ stored: [() -> Void], since start: Instant) {
        // A commit to a file that isn't in its place any more can't be found by the next start.
        if let displacement = directory?.displacement { return onFailure(displacement) }
        if let duration = outage.ended(at: .current) {
            log.notice("\(place) can be written again, after \(duration.rounded)")
        }
        tally.times.observe(.current - start)
        for action in stored { action() }
        onCommit()
    }

    /// Commits at once if there is anything to commit. With a server, reading needs only what is in the database here.
    func flush() {
        guard server == nil else { return (try? write()) ?? () }
        if !changes.isEmpty || !completions.isEmpty { commit() }
    }

    /// Writes all changes including this one at once, at start, when no completion waits yet. Throws if that fails.
    func write(_ change: (inout JournalChanges) -> Void) throws(DatabaseError) {
        change(&changes)
        try write()
    }

    /// Makes the last commit, without a retry.
    func close() {
        if server == nil { commit() } else { flush() }
        next.timer?.cancel()
    }

    private func write() throws(DatabaseError) {
        guard !changes.isEmpty else { return }
        if let server {
            server.add(changes)
            // They come back with the server's keys, to who holds their shard.
            changes.events.appended = []
        }
        try statements.commit(changes)
        changes = JournalChanges()
    }

    private func failed(_ error: DatabaseError) {
        guard error.mayPass else { return onFailure(JournalDatabase.failure(error, at: place)) }
        // Another writer is usually done soon.
        let isBusy = error.code == SQLITE_BUSY
        if outage.failed(isBusy: isBusy, at: .current) {
            log.error(
                """
                can't write the journal \(place): \(error). No update is accepted until that works; Telegram \
                keeps updates for a day. Free some disk space, or make the file writable
                """)
        }
        commit(after: isBusy ? Self.delay : Self.retryDelay)
    }
}

/// Decides when to report that the journal can't be written: once per outage, and not if another process only writes
/// for longer than usual.
struct WriteOutage {
    private static let busyLimit: Duration = .seconds(5)

    /// When the first write failed; nil if the last one succeeded.
    private var start: Instant?
    private var isReported = false

    var isOngoing: Bool { start != nil }

    /// Notes a failed write. Returns whether to report it.
    mutating func failed(isBusy: Bool, at now: Instant) -> Bool {
        let start = start ?? now
        self.start = start
        guard !isReported, !isBusy || start + Self.busyLimit < now else { return false }
        isReported = true
        return true
    }

    /// Notes a successful write. Returns how long the outage lasted, if it was reported.
    mutating func ended(at now: Instant) -> Duration? {
        defer { (start, isReported) = (nil, false) }
        guard isReported, let start else { return nil }
        return now - start
    }
}
