import Testing

@testable import TelegramSimulator

@Suite struct WebhookQueuesTests {
    @Test func `updates of one chat go one after the other, those of others at the same time`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        queues.add(2, to: "a")
        queues.add(3, to: "b")
        #expect([queues.next(), queues.next(), queues.next()] == [1, 3, nil])
        queues.delivered(1)
        #expect([queues.next(), queues.next()] == [2, nil])
    }

    @Test func `no more are under way than the webhook wants`() {
        var queues = WebhookQueues(limit: 1)
        queues.add(1, to: "a")
        queues.add(2, to: "b")
        #expect([queues.next(), queues.next()] == [1, nil])
        queues.delivered(1)
        #expect(queues.next() == 2)
    }

    @Test func `an update that isn't taken is posted again, later each time and not for ever later`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        queues.add(2, to: "a")
        var rests: [Duration] = []
        for _ in 0..<8 {
            #expect(queues.next() == 1)
            rests.append(queues.failed(1))
            #expect(queues.next() == nil)
            queues.rested(1)
        }
        #expect(rests == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        _ = queues.next()
        queues.delivered(1)
        #expect(queues.next() == 2)
        #expect(queues.failed(2) == .seconds(1))
    }

    @Test func `a webhook that wants to be left alone for longer is`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        _ = queues.next()
        #expect(queues.failed(1, wanted: .seconds(30)) == .seconds(30))
    }

    @Test func `an update is in one queue once, whoever adds it again`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        queues.add(1, to: "b")
        #expect([queues.next(), queues.next()] == [1, nil])
    }
}
