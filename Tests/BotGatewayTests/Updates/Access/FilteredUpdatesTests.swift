import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct FilteredUpdatesTests {
    /// A source that gives what the test says.
    private final class Hand: UpdateSource {
        var onUpdates: (UpdateBatch) -> Void = { _ in }
        var onEnd: (GatewayFailure?) -> Void = { _ in }
        private(set) var taken: [Int64] = []
        private(set) var calls: [String] = []

        func start() { calls.append("start") }
        func stop() { calls.append("stop") }

        func confirm(then done: @escaping () -> Void) {
            calls.append("confirm")
            done()
        }

        /// One message for each chat, all of the same date; ids from 1 on in each batch.
        func give(_ chats: [Int64], date: Int64 = 1000, next: Int64) throws {
            let updates = try chats.enumerated().map { index, chat in
                try Update([
                    "update_id": JSON(index + 1),
                    "message": ["chat": ["id": JSON(chat)], "date": JSON(date)],
                ])
            }
            onUpdates(UpdateBatch(updates, nextOffset: next) { [unowned self] in taken.append(next) })
        }
    }

    /// What passed, and what was told of the rest.
    private final class Watch: Rigged {
        let rig: TestRig
        let source = Hand()
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
    }

    @Test func `those who may come in pass, and the batch is confirmed as a whole`() throws {
        let watch = try Watch(allowing: [5])
        try watch.source.give([5, 6, 5, 7], next: 9)
        #expect(watch.passed == [[5, 5]])
        #expect(watch.offsets == [9])
        #expect(watch.source.taken == [9])
        #expect(watch.told == [.init(notAllowed: 2, tooOld: 0, offset: nil)])
        #expect(
            watch.log.lines == [
                "debug dropped message: not allowed in", "debug dropped message: not allowed in",
            ])
    }

    @Test func `a batch of which nothing is left is confirmed without anyone else`() throws {
        let watch = try Watch(allowing: [5])
        try watch.source.give([6], next: 9)
        #expect(watch.passed.isEmpty)
        #expect(watch.source.taken == [9])
        #expect(watch.told == [.init(notAllowed: 1, tooOld: 0, offset: 9)])
    }

    @Test func `without a list and an age every batch passes as it is, also an empty one`() throws {
        let watch = try Watch()
        try watch.source.give([6, 7], date: 1, next: 9)
        try watch.source.give([], next: 10)
        #expect(watch.passed == [[6, 7], []])
        #expect(watch.offsets == [9, 10])
        #expect(watch.told.isEmpty)
    }

    @Test func `a flood is told of at once, and then now and then`() throws {
        let watch = try Watch(allowing: [5])
        for next in 2...500 { try watch.source.give([6], next: Int64(next)) }
        #expect(watch.told == [.init(notAllowed: 1, tooOld: 0, offset: 2)])
        #expect(watch.hurry { watch.told.count > 1 })
        #expect(watch.told.last == .init(notAllowed: 499, tooOld: 0, offset: 500))
        try watch.source.give([6], next: 501)
        watch.admitted.confirm {}
        #expect(watch.told.last == .init(notAllowed: 500, tooOld: 0, offset: 501))
        watch.admitted.confirm {}
        #expect(watch.told.count == 3)
    }

    @Test func `an offset that went on with others isn't told late`() throws {
        let watch = try Watch(allowing: [5])
        try watch.source.give([6], next: 2)
        try watch.source.give([6], next: 3)
        try watch.source.give([5], next: 4)
        watch.admitted.tell()
        #expect(watch.told.last == .init(notAllowed: 2, tooOld: 0, offset: nil))
    }

    @Test func `what is too old is dropped, and one line sums up a batch`() throws {
        let watch = try Watch(maxAge: .seconds(600))
        try watch.source.give([5, 6], date: 399, next: 3)
        try watch.source.give([7], date: 400, next: 4)
        #expect(watch.passed == [[7]])
        #expect(watch.told.last?.tooOld == 2)
        #expect(watch.log.count("debug dropped message: too old") == 2)
        #expect(watch.log.count("info dropped 2 updates that are older than 10m") == 1)
        #expect(watch.log.count("warning") == 0)
    }

    @Test func `a clock that is ahead is warned of once`() throws {
        let watch = try Watch(maxAge: .seconds(600))
        for next in 2...9 { try watch.source.give([5], date: 300, next: Int64(next)) }
        #expect(watch.log.count("warning all updates are older than 10m, also those that just came") == 1)
    }

    @Test func `a supergroup's new id is told, and everything else is the source's`() throws {
        let watch = try Watch(allowing: [-5])
        var moves: [[Int64]] = []
        watch.admitted.onMigration = { moves.append([$0, $1]) }
        let update = try Update([
            "update_id": 1, "message": ["chat": ["id": -5], "migrate_to_chat_id": -1005],
        ])
        for _ in 1...2 { watch.source.onUpdates(UpdateBatch([update])) }
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
