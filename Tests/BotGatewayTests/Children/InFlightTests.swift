import Testing

@testable import BotGateway

@Suite struct InFlightTests {
    private func events(_ count: Int) -> [IncomingEvent] {
        (1...count).map {
            IncomingEvent(
                updateID: Int64($0), scope: .chat(42), line: Array("{\"event\":\($0)}\n".utf8))
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a single event is written unchanged after the scope line`() {
        var inFlight = InFlight(mode: .oneByOne)
        let written = inFlight.write(events(1), opening: Array("{scope}\n".utf8))
        #expect(text(written) == "{scope}\n{\"event\":1}\n")
        #expect(!inFlight.isReady)
        #expect(inFlight.hasUnreadEvent)
        let isProbeDue = inFlight.readAll().isProbeDue
        #expect(!isProbeDue)
        #expect(inFlight.isReady)
        #expect(!inFlight.hasUnreadEvent)
        #expect(inFlight.blockSize == 1)
    }

    @Test func `in lockstep the first brace of a line shows that the child is back`() {
        var inFlight = InFlight(mode: .lockstep(growing: false))
        _ = inFlight.write(events(1))
        let isProbeDue = inFlight.readAll().isProbeDue
        #expect(isProbeDue)
        #expect(text(inFlight.probe()) == "{")
        #expect(!inFlight.isReady)
        let isAnotherDue = inFlight.readAll().isProbeDue
        #expect(!isAnotherDue)
        #expect(inFlight.isReady)
        #expect(text(inFlight.write(events(1))) == "\"event\":1}\n")
    }

    @Test func `a child that never wants results gets growing blocks of events`() {
        var inFlight = InFlight(mode: .lockstep(growing: true))
        var sizes: [Int] = []
        for _ in 1...20 {
            sizes.append(inFlight.blockSize)
            _ = inFlight.write(events(inFlight.blockSize))
            _ = inFlight.readAll()
            _ = inFlight.probe()
            _ = inFlight.readAll()
        }
        #expect(sizes == [1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64])
        _ = inFlight.write(Array("{result}\n".utf8))
        #expect(inFlight.blockSize == 1)
    }

    @Test func `a slow log is delivered one event at a time`() {
        var inFlight = InFlight(mode: .lockstep(growing: false))
        for _ in 1...20 {
            _ = inFlight.write(events(1))
            _ = inFlight.readAll()
            #expect(inFlight.blockSize == 1)
        }
    }

    @Test func `unread and partly read events of an exited child are returned`() {
        let all = events(3)
        let length = all[0].line.count
        for (unread, expected) in [(0, 0), (1, 1), (length, 1), (length + 1, 2), (3 * length, 3)] {
            var inFlight = InFlight(mode: .lockstep(growing: true))
            _ = inFlight.write(all)
            let end = inFlight.ended(unread: unread, succeeded: false)
            #expect(end.events.map(\.updateID) == all.suffix(expected).map(\.updateID))
            #expect(end.hasReadEvent == (expected < 3))
        }
    }

    @Test func `an event after the scope line counts as read only when all of it was`() {
        var inFlight = InFlight(mode: .oneByOne)
        _ = inFlight.write(events(1), opening: Array("{scope}\n".utf8))
        let end = inFlight.ended(unread: 3, succeeded: false)
        #expect(end.events.count == 1)
        #expect(!end.hasReadEvent)
    }

    @Test func `an event that a child began to read is marked, and an untouched one isn't`() {
        let all = events(2)
        let length = all[0].line.count
        var inFlight = InFlight(mode: .lockstep(growing: true))
        _ = inFlight.write(all)
        let end = inFlight.ended(unread: 2 * length - 1, succeeded: false)
        #expect(
            end.events.map { text($0.lineForChild) } == [
                "{\"event\":1,\"redelivered\":true}\n", "{\"event\":2}\n",
            ])
    }

    @Test func `a child that read an event hasn't failed by leaving the next one unread`() {
        var inFlight = InFlight(mode: .oneByOne)
        _ = inFlight.write(events(1))
        _ = inFlight.readAll()
        let next = inFlight.write(events(1))
        let end = inFlight.ended(unread: next.count, succeeded: true)
        #expect(end.events.count == 1)
        #expect(end.hasReadEvent)
    }

    /// Returns a window whose child has taken the first events, one after another.
    private func inFlight(_ mode: InFlight.Mode, taken: Int, acknowledged: inout [Int64]) -> InFlight {
        var inFlight = InFlight(mode: mode)
        for event in events(taken) {
            _ = inFlight.write([event])
            acknowledged += inFlight.readAll().acknowledged.map(\.updateID)
        }
        return inFlight
    }

    @Test func `an event is acknowledged when a later one is taken, not when a result is`() {
        var acknowledged: [Int64] = []
        var inFlight = inFlight(.oneByOne, taken: 1, acknowledged: &acknowledged)
        #expect(acknowledged.isEmpty)
        _ = inFlight.write(Array("{result}\n".utf8))
        #expect(inFlight.readAll().acknowledged.isEmpty)
        _ = inFlight.write([events(2)[1]])
        #expect(inFlight.count == 2)
        #expect(inFlight.readAll().acknowledged.map(\.updateID) == [1])
        #expect(inFlight.current?.updateID == 2)
    }

    @Test func `an event whose child died on it is redelivered and marked`() {
        var acknowledged: [Int64] = []
        var inFlight = inFlight(.oneByOne, taken: 2, acknowledged: &acknowledged)
        #expect(acknowledged == [1])
        let next = inFlight.write([events(3)[2]])
        let unacknowledged = inFlight.ended(unread: next.count, succeeded: false)
        #expect(unacknowledged.acknowledged.isEmpty)
        #expect(unacknowledged.events.map(\.updateID) == [2, 3])
        #expect(unacknowledged.events.map(\.isRedelivered) == [true, false])
        #expect(unacknowledged.wasAtWork)
    }

    @Test func `a child that began to read the next event has finished the previous one`() {
        var acknowledged: [Int64] = []
        var inFlight = inFlight(.oneByOne, taken: 1, acknowledged: &acknowledged)
        let next = inFlight.write([events(2)[1]])
        let unacknowledged = inFlight.ended(unread: next.count - 1, succeeded: false)
        #expect(unacknowledged.acknowledged.map(\.updateID) == [1])
        #expect(unacknowledged.events.map(\.isRedelivered) == [true])
    }

    @Test(arguments: [InFlight.Mode.oneByOne, .acknowledged(window: 2), .single])
    func `exit status 0 acknowledges the events that a child took`(_ mode: InFlight.Mode) {
        var inFlight = InFlight(mode: mode)
        _ = inFlight.write(events(1))
        let unacknowledged = inFlight.ended(unread: 0, succeeded: true)
        #expect(unacknowledged.acknowledged.map(\.updateID) == [1])
        #expect(unacknowledged.events.isEmpty)
    }

    @Test func `the ack timeout acknowledges the event that a child took, and no other`() {
        var acknowledged: [Int64] = []
        var inFlight = inFlight(.oneByOne, taken: 1, acknowledged: &acknowledged)
        let key = inFlight.current?.key
        _ = inFlight.write([events(2)[1]])
        #expect(inFlight.ackTimedOut(after: key ?? -1).map(\.updateID) == [1])
        #expect(inFlight.current == nil)
    }

    @Test func `an acknowledgement may count for its event alone`() {
        var inFlight = InFlight(mode: .acknowledged(window: 3))
        for event in events(3) { _ = inFlight.write([event]) }
        #expect(inFlight.acknowledge(2, isAlone: true)?.map(\.updateID) == [2])
        #expect(inFlight.acknowledge(2, isAlone: true) == nil)
        #expect(inFlight.wantsEvent)
        let unacknowledged = inFlight.ended(unread: 0, succeeded: false)
        #expect(unacknowledged.events.map(\.updateID) == [1, 3])
        #expect(unacknowledged.events.map(\.isRedelivered) == [true, true])
    }

    @Test func `an acknowledgement counts for its event and all earlier ones`() {
        var inFlight = InFlight(mode: .acknowledged(window: 3))
        for event in events(3) {
            #expect(inFlight.wantsEvent)
            _ = inFlight.write([event])
        }
        #expect(!inFlight.wantsEvent)
        #expect(inFlight.readAll().acknowledged.isEmpty)
        #expect(inFlight.acknowledge(2, isAlone: false)?.map(\.updateID) == [1, 2])
        #expect(inFlight.acknowledge(2, isAlone: false) == nil)
        #expect(inFlight.wantsEvent)
        let unacknowledged = inFlight.ended(unread: 0, succeeded: false)
        #expect(unacknowledged.events.map(\.updateID) == [3])
    }

    @Test func `in single mode a child gets one event only`() {
        var inFlight = InFlight(mode: .single)
        #expect(inFlight.wantsEvent)
        _ = inFlight.write(events(1))
        #expect(!inFlight.wantsEvent)
        #expect(inFlight.ended(unread: 0, succeeded: false).events.map(\.isRedelivered) == [true])
        #expect(inFlight.wantsEvent)
    }

    @Test func `the next child starts with a fresh window`() {
        var inFlight = InFlight(mode: .lockstep(growing: true))
        _ = inFlight.write(events(1))
        _ = inFlight.readAll()
        _ = inFlight.probe()
        _ = inFlight.ended(unread: 1, succeeded: false)
        #expect(inFlight.isReady)
        #expect(text(inFlight.write(events(1))) == "{\"event\":1}\n")
    }
}
