import Testing

@testable import Reactor

@Suite struct InstantTests {
    @Test func `the clock never goes back`() {
        let first = Instant.current
        let second = Instant.current
        #expect(first <= second)
        #expect(first < second + .nanoseconds(1))
    }

    @Test func `adding and subtracting a duration is exact`() {
        let instant = Instant(nanoseconds: 5_000_000_000)
        #expect((instant + .milliseconds(1500)).nanoseconds == 6_500_000_000)
        #expect((instant - .milliseconds(1500)).nanoseconds == 3_500_000_000)
        #expect(instant + .nanoseconds(7) - instant == .nanoseconds(7))
        #expect(instant - (instant + .seconds(2)) == .seconds(-2))
        #expect(instant + .seconds(-2) < instant)
    }

    @Test func `an endless wait is later than any instant`() {
        let forever = Instant.current + .seconds(Int64.max)
        #expect(forever > .current + .seconds(86_400 * 365 * 100))
        #expect(forever + .seconds(Int64.max) >= forever)
        #expect(forever - Instant.current > .seconds(1_000_000_000))
    }

    @Test func `durations convert to whole nanoseconds and milliseconds, rounded down`() {
        #expect(Duration.microseconds(1500).nanoseconds == 1_500_000)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Duration.seconds(3).milliseconds == 3000)
        #expect(Duration.seconds(-1).nanoseconds == -1_000_000_000)
        #expect(Duration.zero.milliseconds == 0)
    }

    @Test(
        arguments: [
            (.zero, "0s"), (.milliseconds(99), "0s"), (.milliseconds(100), "0.1s"),
            (.milliseconds(500), "0.5s"),
            (.milliseconds(999), "0.9s"), (.seconds(1), "1s"), (.milliseconds(1050), "1s"),
            (.milliseconds(9900), "9.9s"), (.milliseconds(10_900), "10s"), (.seconds(12), "12s"),
            (.seconds(119), "119s"), (.seconds(120), "2m"), (.seconds(3 * 60 + 59), "3m"),
            (.seconds(7199), "119m"), (.seconds(7200), "2h"), (.seconds(90_000), "25h"),
        ] as [(Duration, String)])
    func `a duration is rounded down for display`(duration: Duration, expected: String) {
        #expect(duration.rounded == expected)
    }
}
