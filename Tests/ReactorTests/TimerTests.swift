import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct TimerTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    private func timer(_ queue: inout TimerQueue, at nanoseconds: Int64, on loop: EventLoop) -> Timer {
        let timer = Timer(deadline: Instant(nanoseconds: nanoseconds), action: {}, loop: loop)
        queue.insert(timer)
        return timer
    }

    private func due(_ queue: inout TimerQueue, at nanoseconds: Int64) -> [Int64] {
        queue.takeDue(at: Instant(nanoseconds: nanoseconds)).map(\.deadline.nanoseconds)
    }

    @Test func `due timers come out in the order of their deadlines`() throws {
        var queue = TimerQueue()
        for deadline in [30, 10, 50, 20, 40, 10] as [Int64] { _ = timer(&queue, at: deadline, on: loop) }
        #expect(due(&queue, at: 9) == [])
        #expect(due(&queue, at: 30) == [10, 10, 20, 30])
        #expect(due(&queue, at: 30) == [])
        #expect(due(&queue, at: .max) == [40, 50])
    }

    @Test func `a timer may be removed twice, and after it was due`() throws {
        var queue = TimerQueue()
        let (first, second) = (timer(&queue, at: 1, on: loop), timer(&queue, at: 2, on: loop))
        queue.remove(second)
        queue.remove(second)
        #expect(due(&queue, at: 5) == [1])
        queue.remove(first)
        #expect(due(&queue, at: 5) == [])
    }

    @Test func `the wait for the next timer is rounded up to milliseconds`() throws {
        var queue = TimerQueue()
        let now = Instant(nanoseconds: 0)
        #expect(queue.millisecondsToNext(from: now) == .max)
        for (deadline, expected) in [(5_000_000, 5), (4_000_001, 5), (1, 1), (0, 0), (-7, 0)]
            as [(Int64, Int64)]
        {
            _ = timer(&queue, at: deadline, on: loop)
            #expect(queue.millisecondsToNext(from: now) == expected)
        }
    }

    @Test func `after 1,000 random insertions and cancellations the rest comes out in order`() throws {
        srand48(3)
        var queue = TimerQueue()
        var waiting: [Timer] = []
        for _ in 0..<1000 {
            if lrand48() % 3 == 0, !waiting.isEmpty {
                queue.remove(waiting.remove(at: lrand48() % waiting.count))
            } else {
                waiting.append(timer(&queue, at: Int64(lrand48() % 500), on: loop))
            }
        }
        let expected = waiting.map(\.deadline.nanoseconds).sorted()
        #expect(expected.count > 200)
        let firstHalf = due(&queue, at: 250)
        #expect(firstHalf == expected.filter { $0 <= 250 })
        #expect(firstHalf + due(&queue, at: 500) == expected)
        #expect(queue.millisecondsToNext(from: Instant(nanoseconds: 0)) == .max)
    }

    @Test func `a cancelled timer releases its action at once`() throws {
        final class Thing {}
        var thing: Thing? = Thing()
        weak let seen = thing
        let timer = loop.after(.seconds(60)) { [thing] in _ = thing }
        thing = nil
        #expect(seen != nil)
        timer.cancel()
        #expect(seen == nil)
    }

    @Test func `a timer may be cancelled after its loop is gone`() throws {
        var loop: EventLoop? = try EventLoop()
        let timer = loop?.after(.seconds(60)) {}
        loop = nil
        timer?.cancel()
    }
}
