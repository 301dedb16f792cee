import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct UpdateQueueTests {
    private func queue(_ ids: ClosedRange<Int64>) -> UpdateQueue {
        var queue = UpdateQueue(firstID: ids.lowerBound)
        ids.forEach { queue.insert([], id: $0) }
        return queue
    }

    @Test func `without an offset the oldest updates are returned and kept`() {
        var queue = queue(1...3)
        #expect(queue.updates(from: 0, limit: 100).map(\.id) == [1, 2, 3])
        #expect(queue.updates(from: 0, limit: 100).map(\.id) == [1, 2, 3])
    }

    @Test func `an offset deletes lower ids`() {
        var queue = queue(1...3)
        #expect(queue.updates(from: 3, limit: 100).map(\.id) == [3])
        #expect(queue.updates(from: 0, limit: 100).map(\.id) == [3])
    }

    @Test func `an offset up to ten past the end deletes everything`() {
        var queue = queue(1...3)
        #expect(queue.updates(from: 14, limit: 100).isEmpty)
        #expect(queue.count == 0)
    }

    @Test func `an offset further in the future is ignored`() {
        var queue = queue(1...3)
        #expect(queue.updates(from: 15, limit: 100).map(\.id) == [1, 2, 3])
    }

    @Test func `an offset far in the past is ignored`() {
        var queue = queue(200_000...200_002)
        #expect(queue.updates(from: 99_999, limit: 100).map(\.id) == [200_000, 200_001, 200_002])
        #expect(queue.updates(from: 100_000, limit: 100).count == 3)
    }

    @Test func `a negative offset keeps only the newest`() {
        var queue = queue(1...5)
        #expect(queue.updates(from: -2, limit: 100).map(\.id) == [4, 5])
        #expect(queue.count == 2)
        #expect(queue.updates(from: -9, limit: 100).map(\.id) == [4, 5])
    }

    @Test func `the limit is clamped to 1 to 100`() {
        var queue = queue(1...150)
        #expect(queue.updates(from: 0, limit: 0).count == 1)
        #expect(queue.updates(from: 0, limit: -5).count == 1)
        #expect(queue.updates(from: 0, limit: 7).count == 7)
        #expect(queue.updates(from: 0, limit: 1000).count == 100)
    }

    @Test func `an answer stays under 4 MiB but has at least one update`() {
        var queue = UpdateQueue(firstID: 1)
        queue.insert(Array(repeating: 0, count: 5 << 20), id: 1)
        (2...4).forEach { queue.insert(Array(repeating: 0, count: 2 << 20), id: $0) }
        #expect(queue.updates(from: 0, limit: 100).map(\.id) == [1])
        #expect(queue.updates(from: 2, limit: 100).map(\.id) == [2])
    }

    @Test func `updates are ordered by id`() {
        var queue = UpdateQueue(firstID: 1)
        for id in [5, 2, 9, 5, 7] as [Int64] { queue.insert([UInt8(id)], id: id) }
        #expect(queue.updates(from: 0, limit: 100).map(\.id) == [2, 5, 7, 9])
        #expect(queue.nextID == 10)
    }

    @Test func `an empty queue continues from a lower id, and an old offset is ignored`() {
        var queue = queue(727_334_708...727_334_708)
        _ = queue.updates(from: 727_334_709, limit: 100)
        queue.insert([], id: 117_314_199)
        #expect(queue.nextID == 117_314_200)
        #expect(queue.updates(from: 727_334_709, limit: 100).map(\.id) == [117_314_199])
    }

    @Test func `after the last id, the queue is emptied and begins at a low one`() throws {
        let delivery = UpdateDelivery(on: try TestRig().loop, firstID: 1)
        delivery.insert([], id: UpdateQueue.lastID)
        #expect(delivery.add([:], as: "message") == 2_000_001)
        #expect(delivery.queue.entries.map(\.id) == [2_000_001])
        #expect(delivery.add([:], as: "message") == 2_000_002)
    }

    @Test func `the queue has Telegram's limits`() {
        var queue = queue(1...100_000)
        #expect(!queue.hasRoom(for: 1))
        _ = queue.updates(from: 2, limit: 1)
        #expect(queue.hasRoom(for: 1))
        #expect(!queue.hasRoom(for: 512 << 10 + 1))
        queue.removeAll()
        let long = [UInt8](repeating: 0x20, count: 512 << 10)
        for id in 1...256 { queue.insert(long, id: Int64(id)) }
        #expect(!queue.hasRoom(for: 1))
        queue.remove(7)
        #expect(queue.hasRoom(for: 512 << 10))
        queue.insert([], id: 8)
        #expect(queue.hasRoom(for: 1 << 19))
    }
}
