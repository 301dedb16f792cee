import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct FilteredUpdatesTests {
    /// The admitted updates, and the reports of dropped ones.
    private final class Watch: Rigged {
        let rig: TestRig
        let source = FakeSource()
        let admitted: FilteredUpdates
        private(set) var passed: [[Int64?]] = []
        private(set) var offsets: [Int64?] = []
        private(set) var told: [FilteredUpdates.Dropped] = []

        init(allowing chats: [Int64]? = nil, maxAge: Duration? = nil) throws {
            rig = try TestRig()
            var list = AllowList()
            for chat in chats ?? [] { list.add(.chat(chat)) }
            let access = AccessPolicy(chats == nil ? nil : list, maxAge: maxAge)
            admitted = FilteredUpdates(of: source, access: access, on: rig.loop, log: rig.log.logger) { 1000 }
            admitted.onUpdates = { [unowned self] in
                passed.append($0.updates.map { $0.payload["chat"]?["id"]?.integer })
                offsets.append($0.nextOffset)
                $0.taken()
            }
            admitted.onDropped = { [unowned self] in told.append($0) }
            admitted.start()
        }

        /// The source gives one message for each chat, all of the same date.
        func give(_ chats: [Int64], date: Int64 = 1000, next: Int64) throws {
            let updates = try chats.map { chat in
                try Update([
                    "update_id": 1, "message": ["chat": ["id": JSON(chat)], "date": JSON(date)],
                ])
            }
            source.give(updates, nextOffset: next)
        }
    }

    @Test func `allowed updates pass, and the batch is confirmed as a whole`() throws {
        let watch = try Watch(allowing: [5])
        try watch.give([5, 6, 5, 7], next: 9)
        #expect(watch.passed == [[5, 5]])
        #expect(watch.offsets == [9])
        #expect(watch.source.taken == [9])
        #expect(watch.told == [.init(notAllowed: 2, tooOld: 0, offset: nil)])
        #expect(
            watch.log.lines == [
                "debug dropped message: not allowed", "debug dropped message: not allowed",
            ])
    }

    @Test func `a batch without allowed updates is confirmed directly`() throws {
        let watch = try Watch(allowing: [5])
        try watch.give([6], next: 9)
        #expect(watch.passed.isEmpty)
        #expect(watch.source.taken == [9])
        #expect(watch.told == [.init(notAllowed: 1, tooOld: 0, offset: 9)])
    }

    @Test func `without an allow-list and a maximum age every batch passes unchanged, even an empty one`()
        throws
    {
        let watch = try Watch()
        try watch.give([6, 7], date: 1, next: 9)
        try watch.give([], next: 10)
        #expect(watch.passed == [[6, 7], []])
        #expect(watch.offsets == [9, 10])
        #expect(watch.told.isEmpty)
    }

    @Test func `a flood is reported at once and then at intervals`() throws {
        let watch = try Watch(allowing: [5])
        for next in 2...500 { try watch.give([6], next: Int64(next)) }
        #expect(watch.told == [.init(notAllowed: 1, tooOld: 0, offset: 2)])
        #expect(watch.hurry { watch.told.count > 1 })
        #expect(watch.told.last == .init(notAllowed: 499, tooOld: 0, offset: 500))
        try watch.give([6], next: 501)
        watch.admitted.confirm {}
        #expect(watch.told.last == .init(notAllowed: 500, tooOld: 0, offset: 501))
        watch.admitted.confirm {}
        #expect(watch.told.count == 3)
    }

    @Test func `an offset that passed with admitted updates isn't reported again`() throws {
        let watch = try Watch(allowing: [5])
        try watch.give([6], next: 2)
        try watch.give([6], next: 3)
        try watch.give([5], next: 4)
        watch.admitted.tell()
        #expect(watch.told.last == .init(notAllowed: 2, tooOld: 0, offset: nil))
    }

    @Test func `updates that are too old are dropped, with one log line per batch`() throws {
        let watch = try Watch(maxAge: .seconds(600))
        try watch.give([5, 6], date: 399, next: 3)
        try watch.give([7], date: 400, next: 4)
        #expect(watch.passed == [[7]])
        #expect(watch.told.last?.tooOld == 2)
        #expect(watch.log.count("debug dropped message: too old") == 2)
        #expect(watch.log.count("info dropped 2 updates older than 10m") == 1)
        #expect(watch.log.count("warning") == 0)
    }

    @Test func `a clock that is ahead gives one warning`() throws {
        let watch = try Watch(maxAge: .seconds(600))
        for next in 2...9 { try watch.give([5], date: 300, next: Int64(next)) }
        #expect(watch.log.count("warning all updates are older than --max-age 10m, even new ones") == 1)
    }

    @Test func `a supergroup's new id is reported, and everything else is passed to the source`() throws {
        let watch = try Watch(allowing: [-5])
        var moves: [[Int64]] = []
        watch.admitted.onMigration = { moves.append([$0, $1]) }
        let update = try Update([
            "update_id": 1, "message": ["chat": ["id": -5], "migrate_to_chat_id": -1005],
        ])
        for _ in 1...2 { watch.source.give([update]) }
        #expect(moves == [[-5, -1005]])
        var ends = 0
        watch.admitted.onEnd = { _ in ends += 1 }
        watch.source.onEnd(nil)
        watch.admitted.stop()
        watch.admitted.confirm {}
        #expect(ends == 1)
        #expect(watch.source.calls == ["start", "stop", "confirm"])
    }
}
