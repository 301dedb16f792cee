import Reactor
import Testing

@testable import Doctor

@Suite struct IdleDetectorTests {
    private let start = Instant.current

    private func idleDetector() -> IdleDetector { IdleDetector(quiet: .milliseconds(60), at: start) }

    private func after(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

    @Test func `a bot that waits in a read of its stdin has finished its output`() {
        var bot = idleDetector()
        #expect(bot.observe(unread: 0, isRunning: false, reads: true, at: after(4)) == .working)
        #expect(bot.observe(unread: 0, isRunning: false, reads: true, at: after(8)) == .reading)
    }

    @Test func `output between two observations counts as activity`() {
        var bot = idleDetector()
        _ = bot.observe(unread: 0, isRunning: false, reads: true, at: after(4))
        bot.sawActivity(at: after(5))
        #expect(bot.observe(unread: 0, isRunning: false, reads: true, at: after(8)) == .working)
    }

    @Test func `a bot that waits otherwise is quiet after a while without activity`() {
        var bot = idleDetector()
        #expect(bot.observe(unread: 0, isRunning: true, reads: false, at: after(50)) == .working)
        #expect(bot.observe(unread: 0, isRunning: false, reads: false, at: after(100)) == .working)
        #expect(bot.observe(unread: 0, isRunning: false, reads: false, at: after(200)) == .working)
        #expect(bot.observe(unread: 0, isRunning: false, reads: false, at: after(204)) == .working)
        #expect(bot.observe(unread: 0, isRunning: false, reads: false, at: after(208)) == .quiet)
    }

    @Test func `a bot with unread input is working, however quiet`() {
        var bot = idleDetector()
        #expect(bot.observe(unread: 1, isRunning: false, reads: false, at: after(500)) == .working)
        #expect(!bot.isBusy && !bot.isStuck)
        for each in 1...10 {
            _ = bot.observe(unread: 1, isRunning: false, reads: false, at: after(500 + each * 4))
        }
        #expect(bot.isStuck)
        _ = bot.observe(unread: 1, isRunning: true, reads: false, at: after(600))
        #expect(!bot.isStuck)
    }

    @Test func `a bot that never rests is busy, and work before its last output doesn't count`() {
        var bot = idleDetector()
        for each in 1...20 { _ = bot.observe(unread: 0, isRunning: true, reads: false, at: after(each * 4)) }
        #expect(bot.isBusy)
        bot.sawActivity(at: after(100))
        #expect(!bot.isBusy)
    }
}
