import BotAPI
import DequeModule
import Reactor

/// The calls of one scope, in their order: the first one is in flight or waits for its time.
final class CallQueue {
    private struct Waiting {
        let call: Call
        let done: (CallResult) -> Void
        var retry = Retry()
    }

    let scope: Scope
    private var calls: Deque<Waiting> = []
    /// Whether one of them is done, and there was always one more.
    private(set) var hadTurn = false
    /// Files of children that are gone, which go with the last of these calls: it may send one.
    private(set) var filesLeft: [String] = []

    init(of scope: Scope) { self.scope = scope }

    var count: Int { calls.count }
    var isEmpty: Bool { calls.isEmpty }
    var first: Call? { calls.first?.call }

    func append(_ call: Call, then done: @escaping (CallResult) -> Void) {
        calls.append(Waiting(call: call, done: done))
    }

    /// What follows from the outcome of the first call.
    func decide(on outcome: BotAPIClient.Outcome) -> Retry.Decision {
        calls[0].retry.decide(on: outcome, jitter: .random(in: 0..<1))
    }

    /// Removes the first call, and tells with what result.
    func finishFirst(with result: CallResult) {
        hadTurn = true
        calls.removeFirst().done(result)
    }

    func keep(_ files: [String]) { filesLeft += files }
}

/// The queues of all scopes, and which of them may send now: so many calls are in flight at a time.
struct CallQueues {
    private let limit: Int
    private var queues: [Scope: CallQueue] = [:]
    /// Scopes whose next call may go when fewer are in flight.
    private var ready = FairQueue()
    private(set) var inFlight = 0

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { inFlight >= limit }

    /// How many calls have no result.
    var count: Int { queues.values.reduce(0) { $0 + $1.count } }

    subscript(scope: Scope) -> CallQueue? { queues[scope] }

    /// A queue for a scope that has none.
    mutating func open(_ scope: Scope) -> CallQueue {
        let queue = CallQueue(of: scope)
        queues[scope] = queue
        return queue
    }

    mutating func close(_ queue: CallQueue) { queues[queue.scope] = nil }

    /// Lets the first call of a queue wait for its turn.
    mutating func wait(_ queue: CallQueue) { ready.wait(queue.scope, hadTurn: queue.hadTurn) }

    /// The queue whose turn it is; nil where none waits, or enough calls are in flight.
    mutating func next() -> CallQueue? {
        while !isFull, let scope = ready.next() {
            if let queue = queues[scope], !queue.isEmpty { return queue }
        }
        return nil
    }

    mutating func sent() { inFlight += 1 }
    mutating func returned() { inFlight -= 1 }
}
