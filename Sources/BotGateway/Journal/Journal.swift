import JSON

/// The journal can't be read now. It has logged why, and a later read may succeed.
package struct JournalReadError: Error {}

/// Keeps events until they are acknowledged, calls until they are answered, and the state that children store for their
/// scope.
///
/// `run` uses `DiskJournal`, a database. `replay` can read its log again and uses `ReplayJournal`, which lasts as long
/// as the program.
package protocol Journal: AnyObject {
    /// Stored changes survive the gateway.
    var isDurable: Bool { get }
    /// The number of commits. Once it has risen, all earlier changes are stored.
    var commits: Int { get }
    /// The number of the commit that stores a change made now.
    var nextCommit: Int { get }
    /// Called after each commit.
    var onCommit: () -> Void { get set }
    /// Events may be given to children: no other gateway can have them by now.
    var isCertain: Bool { get }
    /// Commits at the end of this turn of the loop instead of a few turns later.
    func commitSoon()

    /// Stores events, and the source's position behind them.
    ///
    /// - Parameters:
    ///   - offset: where the source continues after these events; nil if it has no offsets.
    ///   - stored: called after the commit, with the events and their journal keys. While the disk is full it isn't
    ///     called.
    func append(
        _ events: [IncomingEvent], offset: Int64?, then stored: @escaping ([IncomingEvent]) -> Void)
    func acknowledge(_ event: IncomingEvent)
    /// The event's child ended without acknowledging it: stores how many children have died on it.
    func requeue(_ event: IncomingEvent)
    /// Sets the event aside as a dead letter, for a person to look at.
    func deadLetter(_ event: IncomingEvent, because reason: String)

    /// Takes the events that don't fit into memory; nil if the journal holds all events anyway.
    var overflow: (any EventOverflow)? { get }
    /// The next events of a scope that aren't in memory: at least one if there is any.
    ///
    /// - Parameters:
    ///   - key: the key of the scope's last event that was in memory or was read from here.
    ///   - count: the most to read.
    ///   - size: about how many bytes to read at most.
    func pageIn(
        of scope: Scope, after key: Int64, count: Int, size: Int
    ) throws(JournalReadError) -> [IncomingEvent]

    /// The next scopes for which an earlier run left events, and how many; nil after the last one, and empty if the
    /// journal can't be read now.
    func nextRecovered() -> [(scope: Scope, count: Int)]?
    /// How many events an earlier run left for a scope that `nextRecovered` hasn't returned yet.
    func recoveredCount(of scope: Scope) -> Int

    /// Stores a call, and returns its key.
    func add(_ call: Call, for scope: Scope) -> Int64
    /// The call was answered.
    func remove(call key: Int64)

    /// The value that a child of this scope stored.
    func state(of scope: Scope) throws(JournalReadError) -> JSON?
    /// Stores the scope's state; nil deletes it.
    func setState(_ state: JSON?, of scope: Scope)

    /// Stores an event for later. It replaces the scope's one for the same time.
    func schedule(_ wake: Wake)
    /// Deletes all scheduled events of a scope.
    func forgetWakes(of scope: Scope)
    /// When the next scheduled event is due, in seconds since 1970; nil if there is none.
    func nextWake() throws(JournalReadError) -> Int64?
    /// Turns the scheduled events that are due into events, the last ones of their scopes, in one commit.
    ///
    /// - Parameter stored: called after the commit, with the events and their keys, perhaps none. While the disk is full
    ///   it isn't called.
    func takeWakes(
        until now: Int64, then stored: @escaping ([IncomingEvent]) -> Void) throws(JournalReadError)

    /// Stores the child's pid and start, for `pipegram status`.
    func childStarted(_ scope: Scope, pid: Int32)
    func childEnded(_ scope: Scope)
}

/// Keeps waiting events outside of memory.
package protocol EventOverflow: AnyObject {
    /// Adds an event behind the scope's earlier ones.
    func pageOut(_ event: IncomingEvent)
    /// Drops a scope's events.
    func drop(of scope: Scope)
}
