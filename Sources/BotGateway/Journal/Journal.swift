import JSON

/// The journal can't be read now, and has said why; later, perhaps.
package struct JournalReadError: Error {}

/// Keeps what isn't done: events until they are acknowledged, calls until they are answered, and what children
/// stored for their scope.
///
/// `run` keeps it in a database, `DiskJournal`. `replay` can read its log again, and keeps it as long as the program
/// runs, `ReplayJournal`.
package protocol Journal: AnyObject {
    /// What is stored outlives the gateway.
    var isDurable: Bool { get }
    /// Rises with each commit: what was asked for before is stored by now.
    var commits: Int { get }
    /// Called after each commit.
    var onCommit: () -> Void { get set }
    /// Commits at the end of this turn of the loop, where it might be some turns later otherwise.
    func commitSoon()

    /// Stores events, and how far the source was read.
    ///
    /// - Parameters:
    ///   - offset: where the source goes on after them; nil where it has no such thing.
    ///   - stored: called once they are safe, with the events as the journal knows them. While the disk is
    ///     full it is not called.
    func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void)
    func acknowledge(_ event: IncomingEvent)
    /// The event's child ended before it was acknowledged: stores how often that has happened.
    func requeue(_ event: IncomingEvent)
    /// The event is given up, and kept for a person to look at.
    func deadLetter(_ event: IncomingEvent, because reason: String)

    /// Where events go that don't fit into memory; nil for a journal that has them all anyway.
    var overflow: (any EventOverflow)? { get }
    /// The next events of a scope that aren't in memory: at least one if there is any.
    ///
    /// - Parameters:
    ///   - key: of the last event of the scope that was kept in memory, or was read from here.
    ///   - count: the most to read.
    ///   - size: about how many bytes to read at most.
    func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent]

    /// The next scopes for which an earlier run left events, and how many; nil when all were told, none when
    /// they can't be read now.
    func nextRecovered() -> [(scope: Scope, count: Int)]?
    /// How many events an earlier run left for a scope that wasn't told yet.
    func recoveredCount(of scope: Scope) -> Int

    /// Stores a call, and returns its key.
    func add(_ call: Call, for scope: Scope) -> Int64
    /// The call was answered.
    func remove(call key: Int64)

    /// What a child of this scope stored.
    func state(of scope: Scope) throws(JournalReadError) -> JSON?
    /// Nil forgets it.
    func setState(_ state: JSON?, of scope: Scope)

    /// For `pipegram status`.
    func childStarted(_ scope: Scope, pid: Int32)
    func childEnded(_ scope: Scope)
}

/// Keeps events that wait outside of memory.
package protocol EventOverflow: AnyObject {
    /// Takes an event of a scope, after the earlier ones.
    func pageOut(_ event: IncomingEvent)
    /// Gives up a scope's events.
    func drop(of scope: Scope)
}
