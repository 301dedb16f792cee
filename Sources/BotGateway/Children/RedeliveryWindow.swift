/// Counts the events of a scope that were acknowledged since the journal's last commit: after a kill no more than
/// those, and what is in flight, can have been given before.
struct RedeliveryWindow {
    private var count = 0
    /// The commits of the journal when the first of them was counted.
    private var commits = 0
    private var isWaiting = false

    mutating func acknowledged(_ count: Int, commits: Int) {
        self.count = self.commits == commits ? self.count + count : count
        self.commits = commits
    }

    /// The scope goes on after the journal's next commit.
    ///
    /// - Returns: false when it waits for that already.
    mutating func waitForCommit() -> Bool {
        defer { isWaiting = true }
        return !isWaiting
    }

    mutating func committed() { isWaiting = false }

    /// Another event may be given before the journal is committed.
    func hasRoom(in journal: any Journal) -> Bool {
        !journal.isDurable || commits != journal.commits || count < ChildPolicy.acknowledgedLimit
    }
}
