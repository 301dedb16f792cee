import CSQLite
import Logging
import Reactor

/// Collects changes in memory and commits them together: at the end of this turn of the loop where someone
/// waits for them, else a few turns later.
///
/// While the disk is full they stay in memory, and the commit is tried again.
@MainActor final class GroupCommit {
    /// Nothing waits longer than that for a commit.
    private static let delay: Duration = .milliseconds(20)
    private static let retryDelay: Duration = .seconds(1)

    /// How many commits there were.
    private(set) var count = 0
    /// Called after each commit.
    var onCommit: () -> Void = {}
    /// Called with an error that won't pass.
    var onFailure: (DatabaseError) -> Void = { _ in }

    private let statements: JournalStatements
    private let place: String
    private let loop: EventLoop
    private let log: Logger
    private(set) var changes = JournalChanges()
    /// What waits for the next commit.
    private var completions: [() -> Void] = []
    private var timer: Timer?
    private var isDue = false
    private var outage = WriteOutage()

    /// - Parameter place: where the journal is, for messages.
    init(with statements: JournalStatements, at place: String, on loop: EventLoop, log: Logger) {
        (self.statements, self.place, self.loop, self.log) = (statements, place, loop, log)
    }

    isolated deinit { timer?.cancel() }

    /// Whether the last commit failed.
    var isFailing: Bool { outage.isOngoing }

    /// Adds a change, to be committed some turns later at most.
    func add(_ change: (inout JournalChanges) -> Void) {
        change(&changes)
        guard timer == nil, !isDue else { return }
        commit(after: Self.delay)
    }

    /// Adds a change, to be committed at the end of this turn.
    ///
    /// - Parameter stored: called once it is safe; not while the disk is full.
    func add(_ change: (inout JournalChanges) -> Void, then stored: @escaping () -> Void) {
        change(&changes)
        completions.append(stored)
        commitSoon()
    }

    func commitSoon() {
        guard !isDue, !outage.isOngoing else { return }
        isDue = true
        loop.soon { [weak self] in self?.commit() }
    }

    private func commit(after delay: Duration) {
        timer = loop.after(delay) { [weak self] in
            self?.timer = nil
            self?.commit()
        }
    }

    /// Commits at once, and tells who waited for it.
    func commit() {
        isDue = false
        timer?.cancel()
        timer = nil
        do throws(DatabaseError) {
            try write()
        } catch {
            return failed(error)
        }
        if let duration = outage.ended(at: .current) {
            log.notice("\(place) can be written again, after \(duration.rounded)")
        }
        count += 1
        let stored = completions
        completions = []
        for action in stored { action() }
        onCommit()
    }

    /// Commits at once where there is something to commit.
    func flush() {
        if !changes.isEmpty || !completions.isEmpty { commit() }
    }

    /// Writes the changes with a last change, before anyone waits for a commit.
    func write(_ change: (inout JournalChanges) -> Void) throws(DatabaseError) {
        change(&changes)
        try write()
    }

    /// The last commit: nothing is tried again.
    func close() {
        commit()
        timer?.cancel()
    }

    private func write() throws(DatabaseError) {
        guard !changes.isEmpty else { return }
        try statements.commit(changes)
        changes = JournalChanges()
    }

    private func failed(_ error: DatabaseError) {
        guard error.mayPass else { return onFailure(error) }
        // Someone else who writes is soon done.
        let isBusy = error.code == SQLITE_BUSY
        if outage.failed(isBusy: isBusy, at: .current) {
            log.error(
                """
                the journal \(place) can't be written: \(error). No update is taken until that works; \
                Telegram keeps them for a day. Make room on that disk, or see to it that it can be written
                """)
        }
        commit(after: isBusy ? Self.delay : Self.retryDelay)
    }
}

/// Decides when a journal that can't be written is reported: once, and not where others only write longer than usual.
struct WriteOutage {
    private static let busyLimit: Duration = .seconds(5)

    /// Nil while all is well.
    private var start: Instant?
    private var isReported = false

    var isOngoing: Bool { start != nil }

    /// A write failed. Whether to report it.
    mutating func failed(isBusy: Bool, at now: Instant) -> Bool {
        let start = start ?? now
        self.start = start
        guard !isReported, !isBusy || start + Self.busyLimit < now else { return false }
        isReported = true
        return true
    }

    /// A write succeeded. How long the outage lasted, where one was reported.
    mutating func ended(at now: Instant) -> Duration? {
        defer { (start, isReported) = (nil, false) }
        guard isReported, let start else { return nil }
        return now - start
    }
}
