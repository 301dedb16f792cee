import Testing

@testable import BotGateway

@Suite struct DeliveryTests {
    private func events(_ count: Int) -> [IncomingEvent] {
        (1...count).map {
            IncomingEvent(
                updateID: Int64($0), scope: .chat(42), line: Array("{\"event\":\($0)}\n".utf8))
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `an event at a time is written as it is, behind the scope line`() {
        var delivery = Delivery(mode: .oneByOne)
        let written = delivery.write(events(1), opening: Array("{scope}\n".utf8))
        #expect(text(written) == "{scope}\n{\"event\":1}\n")
        #expect(!delivery.isReady)
        #expect(delivery.hasUnreadEvent)
        let isProbeDue = delivery.readAll().isProbeDue
        #expect(!isProbeDue)
        #expect(delivery.isReady)
        #expect(!delivery.hasUnreadEvent)
        #expect(delivery.blockSize == 1)
    }

    @Test func `in lockstep the first brace of a line tells when the child is back`() {
        var delivery = Delivery(mode: .lockstep(growing: false))
        _ = delivery.write(events(1))
        let isProbeDue = delivery.readAll().isProbeDue
        #expect(isProbeDue)
        #expect(text(delivery.probe()) == "{")
        #expect(!delivery.isReady)
        let isAnotherDue = delivery.readAll().isProbeDue
        #expect(!isAnotherDue)
        #expect(delivery.isReady)
        #expect(text(delivery.write(events(1))) == "\"event\":1}\n")
    }

    @Test func `a child that never asks for a result is given more and more events in one go`() {
        var delivery = Delivery(mode: .lockstep(growing: true))
        var sizes: [Int] = []
        for _ in 1...20 {
            sizes.append(delivery.blockSize)
            _ = delivery.write(events(delivery.blockSize))
            _ = delivery.readAll()
            _ = delivery.probe()
            _ = delivery.readAll()
        }
        #expect(sizes == [1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64])
        _ = delivery.write(Array("{result}\n".utf8))
        #expect(delivery.blockSize == 1)
    }

    @Test func `a log that comes slowly is given one event at a time`() {
        var delivery = Delivery(mode: .lockstep(growing: false))
        for _ in 1...20 {
            _ = delivery.write(events(1))
            _ = delivery.readAll()
            #expect(delivery.blockSize == 1)
        }
    }

    @Test func `of a child that is gone the events it hadn't read to their end come back`() {
        let all = events(3)
        let length = all[0].line.count
        for (unread, expected) in [(0, 0), (1, 1), (length, 1), (length + 1, 2), (3 * length, 3)] {
            var delivery = Delivery(mode: .lockstep(growing: true))
            _ = delivery.write(all)
            let end = delivery.ended(unread: unread, succeeded: false)
            #expect(end.events.map(\.updateID) == all.suffix(expected).map(\.updateID))
            #expect(end.hasTakenEvent == (expected < 3))
        }
    }

    @Test func `an event behind the scope line counts as read only when all of it was`() {
        var delivery = Delivery(mode: .oneByOne)
        _ = delivery.write(events(1), opening: Array("{scope}\n".utf8))
        let end = delivery.ended(unread: 3, succeeded: false)
        #expect(end.events.count == 1)
        #expect(!end.hasTakenEvent)
    }

    @Test func `an event that a child had begun to read is marked, one that it never touched is not`() {
        let all = events(2)
        let length = all[0].line.count
        var delivery = Delivery(mode: .lockstep(growing: true))
        _ = delivery.write(all)
        let end = delivery.ended(unread: 2 * length - 1, succeeded: false)
        #expect(
            end.events.map { text($0.lineForChild) } == [
                "{\"event\":1,\"redelivered\":true}\n", "{\"event\":2}\n",
            ])
    }

    @Test func `a child that read an event has not failed for leaving the next one`() {
        var delivery = Delivery(mode: .oneByOne)
        _ = delivery.write(events(1))
        _ = delivery.readAll()
        let next = delivery.write(events(1))
        let end = delivery.ended(unread: next.count, succeeded: true)
        #expect(end.events.count == 1)
        #expect(end.hasTakenEvent)
    }

    /// A delivery whose child took the first events, one after the other.
    private func delivery(_ mode: Delivery.Mode, taken: Int, acknowledged: inout [Int64]) -> Delivery {
        var delivery = Delivery(mode: mode)
        for event in events(taken) {
            _ = delivery.write([event])
            acknowledged += delivery.readAll().acknowledged.map(\.updateID)
        }
        return delivery
    }

    @Test func `an event is dealt with when a later one was taken, not when a result was`() {
        var acknowledged: [Int64] = []
        var delivery = delivery(.oneByOne, taken: 1, acknowledged: &acknowledged)
        #expect(acknowledged.isEmpty)
        _ = delivery.write(Array("{result}\n".utf8))
        #expect(delivery.readAll().acknowledged.isEmpty)
        _ = delivery.write([events(2)[1]])
        #expect(delivery.countInHand == 2)
        #expect(delivery.readAll().acknowledged.map(\.updateID) == [1])
        #expect(delivery.eventAtWork?.updateID == 2)
    }

    @Test func `an event whose child died on it is given again, marked`() {
        var acknowledged: [Int64] = []
        var delivery = delivery(.oneByOne, taken: 2, acknowledged: &acknowledged)
        #expect(acknowledged == [1])
        let next = delivery.write([events(3)[2]])
        let remains = delivery.ended(unread: next.count, succeeded: false)
        #expect(remains.acknowledged.isEmpty)
        #expect(remains.events.map(\.updateID) == [2, 3])
        #expect(remains.events.map(\.isRedelivered) == [true, false])
        #expect(remains.wasAtWork)
    }

    @Test func `a child that had begun the next event was back for more`() {
        var acknowledged: [Int64] = []
        var delivery = delivery(.oneByOne, taken: 1, acknowledged: &acknowledged)
        let next = delivery.write([events(2)[1]])
        let remains = delivery.ended(unread: next.count - 1, succeeded: false)
        #expect(remains.acknowledged.map(\.updateID) == [1])
        #expect(remains.events.map(\.isRedelivered) == [true])
    }

    @Test(arguments: [Delivery.Mode.oneByOne, .acknowledged(window: 2), .single])
    func `what a child took that exited with 0 is dealt with`(_ mode: Delivery.Mode) {
        var delivery = Delivery(mode: mode)
        _ = delivery.write(events(1))
        let remains = delivery.ended(unread: 0, succeeded: true)
        #expect(remains.acknowledged.map(\.updateID) == [1])
        #expect(remains.events.isEmpty)
    }

    @Test func `a child that lived on has dealt with the event it took, and with no other`() {
        var acknowledged: [Int64] = []
        var delivery = delivery(.oneByOne, taken: 1, acknowledged: &acknowledged)
        let key = delivery.eventAtWork?.key
        _ = delivery.write([events(2)[1]])
        #expect(delivery.ackTimedOut(after: key ?? -1).map(\.updateID) == [1])
        #expect(delivery.eventAtWork == nil)
    }

    @Test func `an acknowledgement counts for its event and all before it`() {
        var delivery = Delivery(mode: .acknowledged(window: 3))
        for event in events(3) {
            #expect(delivery.wantsEvent)
            _ = delivery.write([event])
        }
        #expect(!delivery.wantsEvent)
        #expect(delivery.readAll().acknowledged.isEmpty)
        #expect(delivery.acknowledge(2)?.map(\.updateID) == [1, 2])
        #expect(delivery.acknowledge(2) == nil)
        #expect(delivery.wantsEvent)
        let remains = delivery.ended(unread: 0, succeeded: false)
        #expect(remains.events.map(\.updateID) == [3])
    }

    @Test func `one event a child, and no second one`() {
        var delivery = Delivery(mode: .single)
        #expect(delivery.wantsEvent)
        _ = delivery.write(events(1))
        #expect(!delivery.wantsEvent)
        #expect(delivery.ended(unread: 0, succeeded: false).events.map(\.isRedelivered) == [true])
        #expect(delivery.wantsEvent)
    }

    @Test func `the next child begins anew`() {
        var delivery = Delivery(mode: .lockstep(growing: true))
        _ = delivery.write(events(1))
        _ = delivery.readAll()
        _ = delivery.probe()
        _ = delivery.ended(unread: 1, succeeded: false)
        #expect(delivery.isReady)
        #expect(text(delivery.write(events(1))) == "{\"event\":1}\n")
    }
}
