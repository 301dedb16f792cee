import Testing

@testable import TelegramSimulator

@Suite struct WebhookQueuesTests {
    @Test func `updates of one chat are delivered in order, those of different chats concurrently`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        queues.add(2, to: "a")
        queues.add(3, to: "b")
        #expect([queues.next(), queues.next(), queues.next()] == [1, 3, nil])
        queues.delivered(1)
        #expect([queues.next(), queues.next()] == [2, nil])
    }

    @Test func `concurrent deliveries are limited by the webhook's max_connections`() {
        var queues = WebhookQueues(limit: 1)
        queues.add(1, to: "a")
        queues.add(2, to: "b")
        #expect([queues.next(), queues.next()] == [1, nil])
        queues.delivered(1)
        #expect(queues.next() == 2)
    }

    @Test func `a failed delivery is retried with a backoff of at most 60 s`() {
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

    @Test func `a webhook can ask for a longer delay`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        _ = queues.next()
        #expect(queues.failed(1, wanted: .seconds(30)) == .seconds(30))
    }

    @Test func `an update is queued only once`() {
        var queues = WebhookQueues(limit: 40)
        queues.add(1, to: "a")
        queues.add(1, to: "b")
        #expect([queues.next(), queues.next()] == [1, nil])
    }
}
