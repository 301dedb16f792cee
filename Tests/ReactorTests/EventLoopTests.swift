import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct EventLoopTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    /// Runs the loop until it has no more work that is due.
    private func rest() {
        var rested = false
        loop.after(.milliseconds(1)) { rested = true }
        #expect(wait { rested })
    }

    // MARK: timers

    @Test func `timers run in the order of their deadlines, and never early`() throws {
        let start = Instant.current
        var order: [Int] = []
        for milliseconds in [9, 3, 6, 0] {
            loop.after(.milliseconds(milliseconds)) {
                order.append(milliseconds)
                #expect(Instant.current - start >= .milliseconds(milliseconds))
            }
        }
        #expect(wait { order.count == 4 })
        #expect(order == [0, 3, 6, 9])
    }

    @Test func `a cancelled timer doesn't run, even when another due timer cancels it`() throws {
        var ran: [String] = []
        var second: Timer?
        loop.after(.zero) {
            ran.append("first")
            second?.cancel()
        }
        second = loop.after(.zero) { ran.append("second") }
        loop.after(.zero) { ran.append("cancelled") }.cancel()
        loop.after(.milliseconds(2)) { ran.append("last") }
        #expect(wait { ran.last == "last" })
        #expect(ran == ["first", "last"])
    }

    @Test func `a timer may add timers, which run in a later turn`() throws {
        var turns: [Int] = []
        var turn = 0
        func again() {
            turns.append(turn)
            if turns.count < 3 { loop.after(.zero, again) }
        }
        loop.after(.zero, again)
        #expect(
            wait {
                turn += 1
                return turns.count == 3
            })
        #expect(turns == [1, 2, 3])
    }

    @Test func `cancelling a timer that has run does nothing`() throws {
        var runs = 0
        let timer = loop.after(.zero) { runs += 1 }
        loop.after(.zero) {}
        rest()
        timer.cancel()
        rest()
        #expect(runs == 1)
    }

    // MARK: soon

    @Test func `soon runs after the handler that called it, before the loop waits again`() throws {
        var order: [String] = []
        loop.after(.zero) {
            loop.soon {
                order.append("soon")
                loop.soon { order.append("soon's soon") }
            }
            order.append("timer")
        }
        #expect(wait { order.count == 3 })
        #expect(order == ["timer", "soon", "soon's soon"])
    }

    @Test func `soon runs in the same turn, even in the last one`() throws {
        var ran = false
        loop.after(.zero) {
            loop.soon { ran = true }
            loop.stop()
        }
        loop.run()
        #expect(ran)
    }

    // MARK: running

    @Test func `run with a condition returns whether it became true`() throws {
        #expect(loop.run(until: { true }, within: .zero))
        #expect(!loop.run(until: { false }, within: .milliseconds(2)))
        var done = false
        loop.after(.milliseconds(1)) { done = true }
        #expect(wait { done })
    }

    @Test func `stop ends run from any handler`() throws {
        loop.after(.zero) { loop.stop() }
        loop.run()
        loop.soon { loop.stop() }
        loop.run()
        var turns = 0
        loop.after(.zero) { turns += 1 }
        loop.after(.milliseconds(1)) { loop.stop() }
        loop.run()
        #expect(turns == 1)
    }

    @Test func `a stopped loop can be run again`() throws {
        loop.after(.zero) { loop.stop() }
        loop.run()
        let pipe = try rig.pipe()
        var heard = false
        try loop.watch(pipe.reader, for: .readable) { _ in heard = true }
        pipe.write("x")
        #expect(wait { heard })
        loop.unwatch(pipe.reader)
    }

    @Test func `an idle loop sleeps`() throws {
        var (turns, done) = (0, false)
        loop.after(.milliseconds(50)) { done = true }
        #expect(
            wait {
                turns += 1
                return done
            })
        // The loop checks the condition every 20 ms.
        #expect(turns < 10)
    }
}
