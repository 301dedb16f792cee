/// Limits the events of a scope that are acknowledged between two commits of the journal. After a kill, the next run
/// redelivers at most these and the events in flight.
struct RedeliveryWindow {
    private var count = 0
    /// The journal's commit that stores them.
    private var commit = 0
    private var isWaiting = false

    mutating func acknowledged(_ count: Int, commit: Int) {
        self.count = self.commit == commit ? self.count + count : count
        self.commit = commit
    }

    /// The scope waits for the journal's next commit.
    ///
    /// - Returns: false if it is waiting already.
    mutating func waitForCommit() -> Bool {
        defer { isWaiting = true }
        return !isWaiting
    }

    mutating func committed() { isWaiting = false }

    /// Whether another event may be given before the next commit.
    func hasRoom(in journal: any Journal) -> Bool {
        !journal.isDurable || commit <= journal.commits || count < ChildPolicy.acknowledgedLimit
    }
}
