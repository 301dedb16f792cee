import JSON
import Testing

@testable import BotAPI

@Suite struct TakenUpdatesTests {
    private static let slots = Int64(TakenUpdates.slotCount)

    @Test func `updates are recognized in any order`() {
        let taken = TakenUpdates([9, 7, 12])
        for id in [7, 9, 12] as [Int64] { #expect(taken.verdict(on: id) == .taken) }
        for id in [6, 8, 10, 11, 13] as [Int64] { #expect(taken.verdict(on: id) == .new) }
    }

    @Test func `an id whose slot a later one took over is doubtful, whenever that came`() {
        for order in [[5, 5 + Self.slots], [5 + Self.slots, 5]] {
            let taken = TakenUpdates(order)
            #expect(taken.verdict(on: 5 + Self.slots) == .taken)
            #expect(taken.verdict(on: 5) == .doubtful)
            #expect(taken.verdict(on: 5 + 2 * Self.slots) == .new)
        }
    }

    @Test func `after a week Telegram may go on at a much lower id, which is new`() {
        var taken = TakenUpdates([900_000_000])
        let low = 900_000_000 - (TakenUpdates.reach / Self.slots + 1) * Self.slots
        #expect(taken.verdict(on: low) == .new)
        taken.note(low)
        #expect(taken.verdict(on: low) == .taken)
        #expect(taken.verdict(on: 900_000_000) == .new)
    }

    @Test func `an update below the offset of a run that polled is doubtful`() {
        let taken = TakenUpdates([105], polledUntil: 100)
        #expect(taken.verdict(on: 99) == .doubtful)
        #expect(taken.verdict(on: 100) == .new)
        #expect(taken.verdict(on: 105) == .taken)
        #expect(TakenUpdates(polledUntil: 900_000_000).verdict(on: 5) == .new)
    }

    @Test func `any number may be an id`() {
        var taken = TakenUpdates(polledUntil: .min)
        for id in [Int64.min, -1, 0, .max] {
            #expect(taken.verdict(on: id) != .taken)
            taken.note(id)
            #expect(taken.verdict(on: id) == .taken)
        }
    }

    @Test func `each update is taken once, also of those that come together`() throws {
        var taken = TakenUpdates()
        let updates = try [5, 6, 5].map { try Update(["update_id": JSON($0 as Int64), "message": [:]]) }
        #expect(taken.take(updates).map(\.id) == [5, 6])
        #expect(taken.take(updates).isEmpty)
        // Only as many as there are slots are remembered.
        for id in 0..<10 * Self.slots {
            let update = try Update(["update_id": JSON(100 + id), "message": [:]])
            #expect(taken.take([update]).count == 1)
        }
        #expect(taken.take(updates).map(\.mayHaveComeBefore) == [true, true, true])
    }

    @Test func `a doubtful update is marked, and a taken one left out`() throws {
        let taken = TakenUpdates([8], polledUntil: 7)
        let updates = try [6, 8, 9].map { try Update(["update_id": JSON($0 as Int64), "message": [:]]) }
        let unknown = taken.unknown(updates)
        #expect(unknown.map(\.id) == [6, 9])
        #expect(unknown.map(\.mayHaveComeBefore) == [true, false])
    }
}
