import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// The journal of a bot with a webhook.
@Suite struct WebhookJournalTests {
    private func verdicts(_ test: JournalTest, on ids: [Int64]) throws -> [TakenUpdates.Verdict] {
        let taken = try test.journal.takenUpdates() ?? TakenUpdates()
        return ids.map { taken.verdict(on: $0) }
    }

    @Test func `a new journal knows no updates, and one of polls only the offset`() throws {
        let test = try TestRig().journal()
        #expect(try test.journal.takenUpdates() == nil)
        try test.append([1, 2], offset: 3)
        #expect(try verdicts(test, on: [1, 2, 3]) == [.doubtful, .doubtful, .new])
    }

    @Test func `updates of a webhook are known after a kill, in any order, and there is no offset`() throws {
        let test = try TestRig().journal()
        try test.append([1, 2], offset: 3)
        try test.journal.noteUpdates()
        #expect(try test.journal.offset() == 3)
        try test.append([5])
        try test.append([4], in: 43)
        test.kill()
        try test.open()
        #expect(try test.journal.offset() == nil)
        #expect(try verdicts(test, on: [2, 3, 4, 5, 6]) == [.doubtful, .new, .taken, .taken, .new])
    }

    @Test func `polling again has an offset, and updates of the webhook stay known`() throws {
        let test = try TestRig().journal()
        try test.journal.noteUpdates()
        try test.append([5])
        test.kill()
        try test.open()
        try test.append([7], offset: 8)
        #expect(try test.journal.offset() == 8)
        #expect(try verdicts(test, on: [5, 6, 7, 8]) == [.taken, .doubtful, .doubtful, .new])
    }

    @Test func `a slot keeps the higher id, unless Telegram went on at a much lower one`() throws {
        let test = try TestRig().journal()
        let slots = Int64(TakenUpdates.slotCount)
        let low = 200_000_000 % slots
        try test.journal.noteUpdates()
        try test.append([200_000_000])
        try test.append([200_000_000 - slots])
        #expect(try verdicts(test, on: [200_000_000, 200_000_000 - slots]) == [.taken, .doubtful])
        try test.append([low + slots])
        #expect(try verdicts(test, on: [low + slots, low + 2 * slots]) == [.taken, .new])
    }

    @Test func `a marked event stays marked`() throws {
        let test = try TestRig().journal()
        var event = test.event(1)
        event.isRedelivered = true
        try test.journal.append([event], offset: nil) { _ in }
        try test.commit()
        test.kill()
        try test.open(redeliveryWindow: 0)
        #expect(try test.waiting().map(\.isRedelivered) == [true])
    }
}
