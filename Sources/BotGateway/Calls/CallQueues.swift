import BotAPI
import DequeModule
import Reactor

/// How calls that wait, or are refused, are treated.
package struct CallPolicy {
    /// Whether a newer version of a draft, or edit of a message, replaces one that waits.
    package var supersedes = true
    /// Whether a rich message whose Markdown Telegram refuses is sent as plain text.
    package var sendsRefusedMarkdownAsText = false
}

/// The calls of one scope, in order. The first one is in flight or waits to be sent; the others wait for it.
final class CallQueue {
    private struct Waiting {
        let call: Call
        let done: (CallResult) -> Void
        var retry: Retry
        let place: String?
    }

    let scope: Scope
    private let policy: CallPolicy
    private var calls: Deque<Waiting> = []
    /// Whether a call was finished since the queue was last empty.
    private(set) var hadTurn = false
    /// The first call isn't sent before; nil while it is in flight or may be sent.
    var waitsUntil: Instant?
    /// The first call was sent, and has no answer yet.
    var isInFlight = false

    /// Whether a call may get its result by the deadline: it is in flight, or it doesn't have to wait longer.
    func mayAnswer(by deadline: Instant) -> Bool { waitsUntil.map { $0 <= deadline } ?? true }

    /// Files of ended children, deleted after the last of these calls: one of them may upload such a file.
    private(set) var filesLeft: [String] = []

    init(of scope: Scope, _ policy: CallPolicy) { (self.scope, self.policy) = (scope, policy) }

    var count: Int { calls.count }
    var isEmpty: Bool { calls.isEmpty }
    var first: Call? { calls.first?.call }

    /// - Returns: what to report the result to of the waiting call that this one makes pointless; it was removed.
    @discardableResult
    func append(
        _ call: Call, after tally: CallTally, then done: @escaping (CallResult) -> Void
    ) -> ((CallResult) -> Void)? {
        let place = policy.supersedes ? call.shownPlace : nil
        defer { calls.append(Waiting(call: call, done: done, retry: Retry(after: tally), place: place)) }
        // What another kind of call does, such as a forward, may depend on an edit before it.
        guard place != nil, let older = calls.lastIndex(where: { $0.place == nil || $0.place == place }),
            calls[older].place != nil, older > 0 || waitsUntil != nil
        else { return nil }
        return calls.remove(at: older).done
    }

    /// Decides how to continue after the outcome of the first call.
    ///
    /// - Parameter tally: the calls of all queues, this outcome included.
    func decide(on outcome: BotAPIClient.Outcome, _ tally: CallTally) -> Retry.Decision {
        calls[0].retry.decide(on: outcome, tally, jitter: .random(in: 0..<1))
    }

    /// Replaces a refused Markdown message by the same text without formatting.
    ///
    /// - Returns: whether the first call was one.
    func sendsAsText(after outcome: BotAPIClient.Outcome) -> Bool {
        guard policy.sendsRefusedMarkdownAsText, case .refused(let error) = outcome, error.code == 400,
            let refused = calls.first
        else { return false }
        let texts = refused.call.withoutMarkdown
        guard let last = texts.last else { return false }
        calls.removeFirst()
        calls.prepend(Waiting(call: last, done: refused.done, retry: refused.retry, place: nil))
        for text in texts.dropLast().reversed() {
            calls.prepend(Waiting(call: text, done: { _ in }, retry: refused.retry, place: nil))
        }
        return true
    }

    /// Removes the first call and reports its result.
    func finishFirst(with result: CallResult) {
        hadTurn = true
        calls.removeFirst().done(result)
    }

    /// Removes the calls that weren't sent.
    ///
    /// - Returns: what to report their results to.
    func dropUnsent() -> [(CallResult) -> Void] {
        let dropped = calls.dropFirst(isInFlight ? 1 : 0).map(\.done)
        calls.removeLast(dropped.count)
        return dropped
    }

    func keep(_ files: [String]) { filesLeft += files }
}

/// The queues of all scopes: limits how many calls are in flight, and chooses which queue sends next.
struct CallQueues {
    private let limit: Int
    private var queues: [Scope: CallQueue] = [:]
    /// Scopes whose next call waits for a free place.
    private var ready = FairQueue()
    private(set) var inFlight = 0
    private(set) var tally = CallTally()
    /// While it says no, no queue sends.
    var maySend: () -> Bool = { true }
    /// Of queues that are opened from now on.
    var policy = CallPolicy()
    /// Called when a queue's first call has to wait before it is sent.
    var delayed: (Scope) -> Void = { _ in }

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { inFlight >= limit }

    /// Whether a call of a scope, or with nil of any scope, may get its result by the deadline.
    func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool {
        guard let scope else { return queues.values.contains { $0.mayAnswer(by: deadline) } }
        return queues[scope]?.mayAnswer(by: deadline) ?? false
    }

    /// How many calls have no result yet.
    var count: Int { queues.values.reduce(0) { $0 + $1.count } }

    subscript(scope: Scope) -> CallQueue? { queues[scope] }

    /// Adds a queue for a scope that has none.
    mutating func open(_ scope: Scope) -> CallQueue {
        let queue = CallQueue(of: scope, policy)
        queues[scope] = queue
        return queue
    }

    mutating func close(_ queue: CallQueue) {
        if queues[queue.scope] === queue { queues[queue.scope] = nil }
    }

    /// Takes the queues of these scopes out.
    mutating func remove(_ isMeant: (Scope) -> Bool) -> [CallQueue] {
        let removed = queues.values.filter { isMeant($0.scope) }
        for queue in removed { queues[queue.scope] = nil }
        return removed
    }

    /// Makes the queue's first call wait for a free place.
    mutating func wait(_ queue: CallQueue) { ready.wait(queue.scope, hadTurn: queue.hadTurn) }

    /// The queue that sends next; nil if none waits or the limit is reached.
    mutating func next() -> CallQueue? {
        while !isFull, maySend(), let scope = ready.next() {
            if let queue = queues[scope], !queue.isEmpty { return queue }
        }
        return nil
    }

    mutating func sent() { inFlight += 1 }
    mutating func returned() { inFlight -= 1 }
    mutating func add(_ outcome: BotAPIClient.Outcome) { tally.add(outcome) }
    mutating func failed() { tally.failures += 1 }
}
