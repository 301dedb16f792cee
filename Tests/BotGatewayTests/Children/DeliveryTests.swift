import Testing

@testable import BotGateway

@Suite struct DeliveryTests {
    private func events(_ count: Int) -> [IncomingEvent] {
        (1...count).map {
            IncomingEvent(
                updateID: Int64($0), scope: .chat(42), line: Array("{\"event\":\($0)}\n".utf8), logLine: 0)
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `an event at a time is written as it is, behind the scope line`() {
        var delivery = Delivery(mode: .oneByOne)
        let written = delivery.write(events(1), opening: Array("{scope}\n".utf8))
        #expect(text(written) == "{scope}\n{\"event\":1}\n")
        #expect(!delivery.isReady)
        #expect(delivery.hasEventInHand)
        let isProbeDue = delivery.tookAll()
        #expect(!isProbeDue)
        #expect(delivery.isReady)
        #expect(!delivery.hasEventInHand)
        #expect(delivery.blockSize == 1)
    }

    @Test func `in lockstep the first brace of a line tells when the child is back`() {
        var delivery = Delivery(mode: .lockstep(growing: false))
        _ = delivery.write(events(1))
        let isProbeDue = delivery.tookAll()
        #expect(isProbeDue)
        #expect(text(delivery.probe()) == "{")
        #expect(!delivery.isReady)
        let isAnotherDue = delivery.tookAll()
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
            _ = delivery.tookAll()
            _ = delivery.probe()
            _ = delivery.tookAll()
        }
        #expect(sizes == [1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64])
        _ = delivery.write(Array("{result}\n".utf8))
        #expect(delivery.blockSize == 1)
    }

    @Test func `a log that comes slowly is given one event at a time`() {
        var delivery = Delivery(mode: .lockstep(growing: false))
        for _ in 1...20 {
            _ = delivery.write(events(1))
            _ = delivery.tookAll()
            #expect(delivery.blockSize == 1)
        }
    }

    @Test func `of a child that is gone the events it hadn't read to their end come back`() {
        let all = events(3)
        let length = all[0].line.count
        for (untaken, expected) in [(0, 0), (1, 1), (length, 1), (length + 1, 2), (3 * length, 3)] {
            var delivery = Delivery(mode: .lockstep(growing: true))
            _ = delivery.write(all)
            let end = delivery.ended(untaken: untaken)
            #expect(end.events.map(\.updateID) == all.suffix(expected).map(\.updateID))
            #expect(end.hasTakenEvent == (expected < 3))
        }
    }

    @Test func `an event behind the scope line counts as read only when all of it was`() {
        var delivery = Delivery(mode: .oneByOne)
        _ = delivery.write(events(1), opening: Array("{scope}\n".utf8))
        let end = delivery.ended(untaken: 3)
        #expect(end.events.count == 1)
        #expect(!end.hasTakenEvent)
    }

    @Test func `an event that a child had begun to read is marked, one that it never touched is not`() {
        let all = events(2)
        let length = all[0].line.count
        var delivery = Delivery(mode: .lockstep(growing: true))
        _ = delivery.write(all)
        let end = delivery.ended(untaken: 2 * length - 1)
        #expect(
            end.events.map { text($0.line) } == ["{\"event\":1,\"redelivered\":true}\n", "{\"event\":2}\n"])
        #expect(text(end.events[0].redelivered.line) == text(end.events[0].line))
    }

    @Test func `a child that read an event has not failed for leaving the next one`() {
        var delivery = Delivery(mode: .oneByOne)
        _ = delivery.write(events(1))
        _ = delivery.tookAll()
        let next = delivery.write(events(1))
        let end = delivery.ended(untaken: next.count)
        #expect(end.events.count == 1)
        #expect(end.hasTakenEvent)
    }

    @Test func `the next child begins anew`() {
        var delivery = Delivery(mode: .lockstep(growing: true))
        _ = delivery.write(events(1))
        _ = delivery.tookAll()
        _ = delivery.probe()
        _ = delivery.ended(untaken: 1)
        #expect(delivery.isReady)
        #expect(text(delivery.write(events(1))) == "{\"event\":1}\n")
    }
}
