import Glibc
import Testing

@testable import Reactor

@Suite struct SignalsTests {
    @Test func `signals arrive as events of the loop, one at a time`() throws {
        let loop = try EventLoop()
        var heard: [Int32] = []
        let signals = try Signals([SIGUSR1, SIGUSR2], on: loop) { heard.append($0) }
        // Sent to this thread, because the test's other threads haven't blocked the signal.
        pthread_kill(pthread_self(), SIGUSR1)
        #expect(loop.run(until: { heard == [SIGUSR1] }, within: .seconds(10)))
        pthread_kill(pthread_self(), SIGUSR2)
        pthread_kill(pthread_self(), SIGUSR1)
        #expect(loop.run(until: { heard.count == 3 }, within: .seconds(10)))
        #expect(heard.sorted() == [SIGUSR1, SIGUSR1, SIGUSR2])
        withExtendedLifetime(signals) {}
    }
}
