import JSON

/// The journal can't be read now, and has said why; later, perhaps.
package struct JournalReadError: Error {}

/// Keeps what isn't dealt with: events until their child has dealt with them, calls until they are
/// answered, and what children stored for their scope.
///
/// `run` keeps it in a database, `DiskJournal`; `replay` has its log and keeps nothing, `ReplayJournal`.
package protocol Journal: AnyObject {
    /// What is stored outlives the gateway.
    var isDurable: Bool { get }
    /// Rises with each commit: what was asked for before is stored by now.
    var commits: Int { get }
    /// Called after each commit.
    var onCommit: () -> Void { get set }
    /// Commits at the end of this turn of the loop, where else it might be some turns later.
    func commitSoon()

    /// Stores events, and how far the source was read.
    ///
    /// - Parameters:
    ///   - offset: where the source goes on after them; nil where it has no such thing.
    ///   - stored: called once they are safe, with the events as the journal knows them. While the disk is
    ///     full it is not called.
    func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void)
    /// The event is dealt with.
    func acknowledge(_ event: IncomingEvent)
    /// Its child ended before the event was dealt with: stores how that stands now.
    func requeue(_ event: IncomingEvent)
    /// The event is given up.
    func deadLetter(_ event: IncomingEvent, because reason: String)

    /// Keeps a stored event that isn't wanted in memory; those of a scope in their order.
    func pageOut(_ event: IncomingEvent)
    /// The next events of a scope that were set aside: at least one if there is any.
    ///
    /// - Parameters:
    ///   - key: of the last event of the scope that wasn't set aside, or was taken from there.
    ///   - count: no more than that.
    ///   - size: nor many more bytes.
    func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent]

    /// Those of a scope that were set aside are given up by this run.
    func dropPagedOut(of scope: Scope)

    /// The next scopes for which an earlier run left events, and how many; nil when all were told, none when
    /// they can't be told now.
    func nextRecovered() -> [(scope: Scope, count: Int)]?
    /// How many events an earlier run left for a scope that wasn't told yet.
    func recoveredCount(of scope: Scope) -> Int

    /// Stores a call. Its key, by which to remove it.
    func add(_ call: Call, for scope: Scope) -> Int64
    /// The call was answered.
    func remove(call key: Int64)

    /// What a child of this scope stored.
    func state(of scope: Scope) throws(JournalReadError) -> JSON?
    /// Nil forgets it.
    func setState(_ state: JSON?, of scope: Scope)

    /// For those who look at the state from outside.
    func childStarted(_ scope: Scope, pid: Int32)
    func childEnded(_ scope: Scope)
}
