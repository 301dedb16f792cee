import Testing

@testable import BotGateway

@Suite struct EventQueueTests {
    private let scope = Scope.chat(42)

    private func event(_ id: Int64, bytes: Int = 1000) -> IncomingEvent {
        IncomingEvent(
            updateID: id, scope: scope, line: [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: bytes),
            logLine: Int(id))
    }

    @Test func `events come out in order, including those on disk`() throws {
        let journal = ReplayJournal(spoolDirectory: "/tmp")
        var queue = EventQueue()
        for id in 1...500 { queue.append(event(Int64(id)), inMemory: true, journal: journal) }
        #expect(queue.count == 500)
        #expect(!journal.isEmpty)
        for id in 1...500 {
            let next = try queue.popFirst(journal, scope: scope)
            #expect(next?.updateID == Int64(id))
            #expect(next?.logLine == id)
            #expect(next?.line.first == UInt8(truncatingIfNeeded: id))
        }
        #expect(queue.isEmpty)
        #expect(journal.isEmpty)
    }

    @Test func `events beyond the memory limit go to disk`() throws {
        let journal = ReplayJournal(spoolDirectory: "/tmp")
        var queue = EventQueue()
        for id in 1...64 { queue.append(event(Int64(id)), inMemory: true, journal: journal) }
        #expect(journal.isEmpty)
        for id in 65...70 { queue.append(event(Int64(id)), inMemory: true, journal: journal) }
        #expect(!journal.isEmpty)
        journal.drop(of: scope)
        #expect(journal.isEmpty)
    }

    @Test func `an event over the limit is still kept`() throws {
        let journal = ReplayJournal(spoolDirectory: "/tmp")
        var queue = EventQueue()
        queue.append(event(1, bytes: 1 << 20), inMemory: true, journal: journal)
        #expect(try queue.popFirst(journal, scope: scope)?.line.count == 1 << 20)
    }

    @Test func `an event that a child didn't take comes next again`() throws {
        let journal = ReplayJournal(spoolDirectory: "/tmp")
        var queue = EventQueue()
        for id in 1...4 { queue.append(event(Int64(id)), inMemory: true, journal: journal) }
        let taken = try (1...2).compactMap { _ in try queue.popFirst(journal, scope: scope) }
        queue.putBack(taken)
        let order = try (1...4).compactMap { _ in try queue.popFirst(journal, scope: scope)?.updateID }
        #expect(order == [1, 2, 3, 4])
    }

    @Test func `without a directory on disk everything stays in memory`() throws {
        let journal = ReplayJournal(spoolDirectory: "/nowhere")
        var queue = EventQueue()
        for id in 1...200 { queue.append(event(Int64(id)), inMemory: true, journal: journal) }
        let order = try (1...200).compactMap { _ in try queue.popFirst(journal, scope: scope)?.updateID }
        #expect(order == (1...200).map(Int64.init))
    }
}
