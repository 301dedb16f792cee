import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct SignalsTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `signals arrive as events of the loop, one at a time`() throws {
        var heard: [Int32] = []
        let signals = try Signals([SIGUSR1, SIGUSR2], on: loop) { heard.append($0) }
        // Sent to this thread, because the test's other threads haven't blocked the signal.
        pthread_kill(pthread_self(), SIGUSR1)
        #expect(wait { heard == [SIGUSR1] })
        pthread_kill(pthread_self(), SIGUSR2)
        pthread_kill(pthread_self(), SIGUSR1)
        #expect(wait { heard.count == 3 })
        #expect(heard.sorted() == [SIGUSR1, SIGUSR1, SIGUSR2])
        withExtendedLifetime(signals) {}
    }
}
