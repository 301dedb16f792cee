import Reactor
import Testing

@testable import BotGateway

@Suite struct PacerTests {
    private let start = Instant.current

    private func wait(_ pacer: Pacer, _ chat: String, after delay: Duration) -> Duration? {
        var pacer = pacer
        return pacer.wait(for: chat, at: start + delay)
    }

    @Test func `a chat that nobody holds may be called`() {
        #expect(wait(Pacer(), "42", after: .zero) == nil)
    }

    @Test func `a chat is held until its time, and others are not`() {
        var pacer = Pacer()
        pacer.hold("42", until: start + .seconds(7))
        #expect(wait(pacer, "42", after: .zero) == .seconds(7))
        #expect(wait(pacer, "42", after: .seconds(6)) == .seconds(1))
        #expect(wait(pacer, "42", after: .seconds(7)) == nil)
        #expect(wait(pacer, "43", after: .zero) == nil)
    }

    @Test func `of two holds the later one counts`() {
        for ends in [[3, 7], [7, 3]] {
            var pacer = Pacer()
            for end in ends { pacer.hold("42", until: start + .seconds(end)) }
            #expect(wait(pacer, "42", after: .seconds(5)) == .seconds(2))
        }
    }

    @Test func `a hold that is over is over`() {
        var pacer = Pacer()
        pacer.hold("42", until: start + .seconds(1))
        #expect(pacer.wait(for: "42", at: start + .seconds(2)) == nil)
        #expect(pacer.wait(for: "42", at: start) == nil)
    }
}
