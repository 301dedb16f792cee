import Testing

@testable import BotGateway

@Suite struct TurnsTests {
    /// Everyone's turn, until nobody waits.
    private func order(_ turns: Turns) -> [String] {
        var turns = turns
        var order: [String] = []
        while let next = turns.next() { order.append(next.description) }
        return order
    }

    private func turns(answers: ClosedRange<Int64>? = nil, others: ClosedRange<Int64>? = nil) -> Turns {
        var turns = Turns()
        for id in others.map(Array.init) ?? [] { turns.wait(.chat(id), hadTurn: true) }
        for id in answers.map(Array.init) ?? [] { turns.wait(.user(id), hadTurn: false) }
        return turns
    }

    @Test func `nobody's turn comes when nobody waits`() {
        #expect(order(Turns()).isEmpty)
    }

    @Test func `who is alone with his kind goes in the order of coming`() {
        #expect(order(turns(answers: 1...6)) == (1...6).map { "user:\($0)" })
        #expect(order(turns(others: 1...6)) == (1...6).map { "chat:\($0)" })
    }

    @Test func `an answer goes before those that had a turn, however many wait`() {
        var turns = turns(others: 1...500)
        _ = turns.next()
        turns.wait(.user(1), hadTurn: false)
        #expect(turns.next() == .user(1))
        #expect(turns.next() == .chat(2))
    }

    @Test func `of four turns one is for those that had one before`() {
        let order = order(turns(answers: 1...6, others: 1...3))
        #expect(
            order == [
                "user:1", "user:2", "user:3", "chat:1", "user:4", "user:5", "user:6", "chat:2", "chat:3",
            ])
    }

    @Test func `answers that came while nobody else waited don't count`() {
        var turns = turns(answers: 1...9)
        for _ in 1...8 { _ = turns.next() }
        turns.wait(.chat(1), hadTurn: true)
        #expect(order(turns) == ["user:9", "chat:1"])
    }

    @Test func `a stream of answers that never ends keeps nobody from his turn`() {
        var turns = turns(answers: 1...3, others: 1...10)
        var others = 0
        for id in 4...43 as ClosedRange<Int64> {
            if case .chat = turns.next() { others += 1 }
            turns.wait(.user(id), hadTurn: false)
        }
        #expect(others == 10)
    }
}
