import Testing

@testable import BotGateway

@Suite struct WebhookLanesTests {
    @Test func `updates of one chat go one after the other, those of others at the same time`() {
        var lanes = WebhookLanes(limit: 40)
        lanes.add(1, to: "a")
        lanes.add(2, to: "a")
        lanes.add(3, to: "b")
        #expect([lanes.next(), lanes.next(), lanes.next()] == [1, 3, nil])
        lanes.taken(1)
        #expect([lanes.next(), lanes.next()] == [2, nil])
    }

    @Test func `no more are under way than the webhook wants`() {
        var lanes = WebhookLanes(limit: 1)
        lanes.add(1, to: "a")
        lanes.add(2, to: "b")
        #expect([lanes.next(), lanes.next()] == [1, nil])
        lanes.taken(1)
        #expect(lanes.next() == 2)
    }

    @Test func `an update that isn't taken is posted again, later each time and not for ever later`() {
        var lanes = WebhookLanes(limit: 40)
        lanes.add(1, to: "a")
        lanes.add(2, to: "a")
        var rests: [Duration] = []
        for _ in 0..<8 {
            #expect(lanes.next() == 1)
            rests.append(lanes.failed(1))
            #expect(lanes.next() == nil)
            lanes.rested(1)
        }
        #expect(rests == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        _ = lanes.next()
        lanes.taken(1)
        #expect(lanes.next() == 2)
        #expect(lanes.failed(2) == .seconds(1))
    }

    @Test func `a webhook that wants to be left alone for longer is`() {
        var lanes = WebhookLanes(limit: 40)
        lanes.add(1, to: "a")
        _ = lanes.next()
        #expect(lanes.failed(1, wanted: .seconds(30)) == .seconds(30))
    }

    @Test func `an update is in one lane once, whoever adds it again`() {
        var lanes = WebhookLanes(limit: 40)
        lanes.add(1, to: "a")
        lanes.add(1, to: "b")
        #expect([lanes.next(), lanes.next()] == [1, nil])
    }
}
