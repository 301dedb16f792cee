import Testing

@testable import BotGateway

@Suite struct EventQueueTests {
    private let scope = Scope.chat(42)

    private func event(_ id: Int64, bytes: Int = 1000) -> IncomingEvent {
        IncomingEvent(
            updateID: id, scope: scope, line: [UInt8](repeating: UInt8(truncatingIfNeeded: id), count: bytes),
            logLine: Int(id))
    }

    @Test func `events come out in order, also those that waited on disk`() {
        let spool = Spool(directory: "/tmp")
        var queue = EventQueue()
        for id in 1...500 { queue.append(event(Int64(id)), spool: spool) }
        #expect(queue.count == 500)
        #expect(!spool.isEmpty)
        for id in 1...500 {
            let next = queue.popFirst(spool, scope: scope)
            #expect(next?.updateID == Int64(id))
            #expect(next?.logLine == id)
            #expect(next?.line.first == UInt8(truncatingIfNeeded: id))
        }
        #expect(queue.isEmpty)
        #expect(spool.isEmpty)
    }

    @Test func `memory holds no more than its share`() {
        let spool = Spool(directory: "/tmp")
        var queue = EventQueue()
        for id in 1...64 { queue.append(event(Int64(id)), spool: spool) }
        #expect(spool.isEmpty)
        for id in 65...70 { queue.append(event(Int64(id)), spool: spool) }
        #expect(!spool.isEmpty)
        queue.removeAll(spool)
        #expect(queue.isEmpty)
        #expect(spool.isEmpty)
    }

    @Test func `an event longer than that is kept all the same`() {
        let spool = Spool(directory: "/tmp")
        var queue = EventQueue()
        queue.append(event(1, bytes: 1 << 20), spool: spool)
        #expect(queue.popFirst(spool, scope: scope)?.line.count == 1 << 20)
    }

    @Test func `what a child didn't take is next again`() {
        let spool = Spool(directory: "/tmp")
        var queue = EventQueue()
        for id in 1...4 { queue.append(event(Int64(id)), spool: spool) }
        let taken = (1...2).compactMap { _ in queue.popFirst(spool, scope: scope) }
        queue.putBack(taken)
        let order = (1...4).compactMap { _ in queue.popFirst(spool, scope: scope)?.updateID }
        #expect(order == [1, 2, 3, 4])
    }

    @Test func `without a place on disk everything stays in memory`() {
        let spool = Spool(directory: "/nowhere")
        var queue = EventQueue()
        for id in 1...200 { queue.append(event(Int64(id)), spool: spool) }
        let order = (1...200).compactMap { _ in queue.popFirst(spool, scope: scope)?.updateID }
        #expect(order == (1...200).map(Int64.init))
    }
}
