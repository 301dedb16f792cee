import Testing

@testable import BotGateway

@Suite struct FairQueueTests {
    /// Everyone's turn, until nobody waits.
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

    @Test func `nobody's turn comes when nobody waits`() {
        #expect(order(FairQueue()).isEmpty)
    }

    @Test func `who is alone with his kind goes in the order of coming`() {
        #expect(order(fairQueue(answers: 1...6)) == (1...6).map { "user:\($0)" })
        #expect(order(fairQueue(others: 1...6)) == (1...6).map { "chat:\($0)" })
    }

    @Test func `an answer goes before those that had a turn, however many wait`() {
        var fairQueue = fairQueue(others: 1...500)
        _ = fairQueue.next()
        fairQueue.wait(.user(1), hadTurn: false)
        #expect(fairQueue.next() == .user(1))
        #expect(fairQueue.next() == .chat(2))
    }

    @Test func `of four fairQueue one is for those that had one before`() {
        let order = order(fairQueue(answers: 1...6, others: 1...3))
        #expect(
            order == [
                "user:1", "user:2", "user:3", "chat:1", "user:4", "user:5", "user:6", "chat:2", "chat:3",
            ])
    }

    @Test func `answers that came while nobody else waited don't count`() {
        var fairQueue = fairQueue(answers: 1...9)
        for _ in 1...8 { _ = fairQueue.next() }
        fairQueue.wait(.chat(1), hadTurn: true)
        #expect(order(fairQueue) == ["user:9", "chat:1"])
    }

    @Test func `a stream of answers that never ends keeps nobody from his turn`() {
        var fairQueue = fairQueue(answers: 1...3, others: 1...10)
        var others = 0
        for id in 4...43 as ClosedRange<Int64> {
            if case .chat = fairQueue.next() { others += 1 }
            fairQueue.wait(.user(id), hadTurn: false)
        }
        #expect(others == 10)
    }
}
