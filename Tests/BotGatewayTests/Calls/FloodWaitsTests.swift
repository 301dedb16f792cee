import Reactor
import Testing

@testable import BotGateway

@Suite struct FloodWaitsTests {
    private let start = Instant.current

    private func wait(_ floodWaits: FloodWaits, _ chat: String, after delay: Duration) -> Duration? {
        var floodWaits = floodWaits
        return floodWaits.wait(for: chat, at: start + delay)
    }

    @Test func `a chat without a hold may be called`() {
        #expect(wait(FloodWaits(), "42", after: .zero) == nil)
    }

    @Test func `a hold applies to its chat until it ends, and to no other`() {
        var floodWaits = FloodWaits()
        floodWaits.hold("42", until: start + .seconds(7), at: start)
        #expect(wait(floodWaits, "42", after: .zero) == .seconds(7))
        #expect(wait(floodWaits, "42", after: .seconds(6)) == .seconds(1))
        #expect(wait(floodWaits, "42", after: .seconds(7)) == nil)
        #expect(wait(floodWaits, "43", after: .zero) == nil)
    }

    @Test func `the later of two holds counts`() {
        for ends in [[3, 7], [7, 3]] {
            var floodWaits = FloodWaits()
            for end in ends { floodWaits.hold("42", until: start + .seconds(end), at: start) }
            #expect(wait(floodWaits, "42", after: .seconds(5)) == .seconds(2))
        }
    }

    @Test func `an expired hold is removed`() {
        var floodWaits = FloodWaits()
        floodWaits.hold("42", until: start + .seconds(1), at: start)
        #expect(floodWaits.wait(for: "42", at: start + .seconds(2)) == nil)
        #expect(floodWaits.wait(for: "42", at: start) == nil)
    }

    @Test func `current holds are listed with their remaining time`() {
        var floodWaits = FloodWaits()
        for (chat, end) in [("43", 9), ("-7", 20), ("42", 5)] {
            floodWaits.hold(chat, until: start + .seconds(end), at: start)
        }
        let holds = floodWaits.holds(at: start + .seconds(5))
        #expect(holds.map(\.chat) == ["-7", "43"])
        #expect(holds.map(\.left) == [.seconds(15), .seconds(4)])
    }

    @Test func `expired holds of a hundred thousand chats don't stay in memory`() {
        var floodWaits = FloodWaits()
        var most = 0
        for number in 0..<100_000 {
            let now = start + .seconds(number)
            floodWaits.hold("\(number)", until: now + .seconds(30), at: now)
            most = max(most, floodWaits.count)
        }
        #expect(most <= 64)
    }

    @Test func `no hold ends early, however many there are`() {
        var floodWaits = FloodWaits()
        for number in 0..<10_000 {
            let end = number.isMultiple(of: 2) ? 1 : 30
            floodWaits.hold("\(number)", until: start + .seconds(end), at: start)
        }
        for number in 10_000..<20_000 {
            floodWaits.hold("\(number)", until: start + .seconds(30), at: start + .seconds(2))
        }
        #expect(floodWaits.holds(at: start + .seconds(2)).count == 15_000)
        #expect(floodWaits.count <= 30_000)
    }
}
