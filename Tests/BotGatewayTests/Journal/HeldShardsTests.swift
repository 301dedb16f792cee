import Testing

@testable import BotGateway

struct HeldShardsTests {
    private func event(_ key: Int64) -> IncomingEvent {
        var event = IncomingEvent(updateID: key, scope: .chat(1), line: [])
        event.key = key
        return event
    }

    private func keys(_ events: [IncomingEvent]) -> [Int64] { events.map(\.key) }

    @Test func `each event is accepted once, and reading goes on behind it`() throws {
        var shards = HeldShards()
        shards.take(3, epoch: 7)
        let start = try #require(shards.readable.first)
        #expect(start.lastKey == 0)
        let first = shards.accept([(event(5), start), (event(6), start)])
        #expect(keys(first) == [5, 6])
        let second = shards.accept([(event(6), start), (event(8), start)])
        #expect(keys(second) == [8])
        #expect(shards.readable.first?.lastKey == 8)
    }

    @Test func `events that were read under an earlier epoch are dropped`() throws {
        var shards = HeldShards()
        shards.take(3, epoch: 7)
        let before = try #require(shards.readable.first)
        _ = shards.lose(3)
        let lost = shards.accept([(event(5), before)])
        #expect(lost.isEmpty)
        shards.take(3, epoch: 8)
        let late = shards.accept([(event(5), before)])
        #expect(late.isEmpty)
        let now = try #require(shards.readable.first)
        let read = shards.accept([(event(5), now)])
        #expect(keys(read) == [5])
    }

    @Test func `shards leave one after another, and nothing new is read for them`() {
        var shards = HeldShards()
        for shard in [Cluster.poll, 1, 4] { shards.take(shard, epoch: 1) }
        #expect(shards.count == 2)
        #expect(shards.readable.map(\.shard).sorted() == [1, 4])
        #expect(shards.next(of: [1, 2, 4]) == 4)
        #expect(shards.next(of: [1, 2]) == 1)
        #expect(shards.next(of: []) == nil)
        shards.leave([4])
        #expect(shards.next(of: [1]) == nil)
        #expect(shards.readable.map(\.shard) == [1])
        #expect(shards.leaving == [4])
        let losses = [shards.lose(4), shards.lose(4)]
        #expect(losses == [true, false])
        #expect(shards.next(of: [1]) == 1)
    }
}
