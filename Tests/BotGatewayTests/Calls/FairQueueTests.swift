import Testing

@testable import BotGateway

@Suite struct FairQueueTests {
    /// Takes turns until no scope waits.
    private func order(_ fairQueue: FairQueue) -> [String] {
        var fairQueue = fairQueue
        var order: [String] = []
        while let next = fairQueue.next() { order.append(next.description) }
        return order
    }

    private func fairQueue(answers: ClosedRange<Int64>? = nil, others: ClosedRange<Int64>? = nil) -> FairQueue
    {
        var fairQueue = FairQueue()
        for id in others.map(Array.init) ?? [] { fairQueue.wait(.chat(id), hadTurn: true) }
        for id in answers.map(Array.init) ?? [] { fairQueue.wait(.user(id), hadTurn: false) }
        return fairQueue
    }

    @Test func `an empty queue has no next turn`() {
        #expect(order(FairQueue()).isEmpty)
    }

    @Test func `a single kind of scope is served in order of arrival`() {
        #expect(order(fairQueue(answers: 1...6)) == (1...6).map { "user:\($0)" })
        #expect(order(fairQueue(others: 1...6)) == (1...6).map { "chat:\($0)" })
    }

    @Test func `an answer precedes scopes that have had a turn, however many wait`() {
        var fairQueue = fairQueue(others: 1...500)
        _ = fairQueue.next()
        fairQueue.wait(.user(1), hadTurn: false)
        #expect(fairQueue.next() == .user(1))
        #expect(fairQueue.next() == .chat(2))
    }

    @Test func `one turn in four goes to scopes that have had one`() {
        let order = order(fairQueue(answers: 1...6, others: 1...3))
        #expect(
            order == [
                "user:1", "user:2", "user:3", "chat:1", "user:4", "user:5", "user:6", "chat:2", "chat:3",
            ])
    }

    @Test func `answers during which no other scope waited don't count`() {
        var fairQueue = fairQueue(answers: 1...9)
        for _ in 1...8 { _ = fairQueue.next() }
        fairQueue.wait(.chat(1), hadTurn: true)
        #expect(order(fairQueue) == ["user:9", "chat:1"])
    }

    @Test func `an endless stream of answers doesn't starve other scopes`() {
        var fairQueue = fairQueue(answers: 1...3, others: 1...10)
        var others = 0
        for id in 4...43 as ClosedRange<Int64> {
            if case .chat = fairQueue.next() { others += 1 }
            fairQueue.wait(.user(id), hadTurn: false)
        }
        #expect(others == 10)
    }
}
