import Reactor
import Testing

@testable import BotGateway

@Suite struct RepeatedRefusalTests {
    private let start = Instant.current

    @Test func `conflicts within the limit are tolerated`() {
        var conflict = RepeatedRefusal(limit: .seconds(30), rhythm: .seconds(30))
        #expect(conflict.happened(at: start) == .first)
        #expect(conflict.happened(at: start + .seconds(4)) == .again)
        #expect(conflict.happened(at: start + .seconds(29)) == .again)
    }

    @Test func `a conflict that lasts until the limit is too long`() {
        var conflict = RepeatedRefusal(limit: .seconds(30), rhythm: .seconds(30))
        for second in stride(from: 0, to: 30, by: 4) {
            #expect(conflict.happened(at: start + .seconds(second)) == (second == 0 ? .first : .again))
        }
        #expect(conflict.happened(at: start + .seconds(32)) == .tooLong)
    }

    @Test func `a conflict after a long enough break counts as the first`() {
        var conflict = RepeatedRefusal(limit: .seconds(30), rhythm: .seconds(30))
        #expect(conflict.happened(at: start) == .first)
        #expect(conflict.happened(at: start + .seconds(20)) == .again)
        #expect(conflict.happened(at: start + .seconds(51)) == .first)
        #expect(conflict.happened(at: start + .seconds(60)) == .again)
    }

    @Test func `a limit shorter than the interval between conflicts still applies`() {
        for limit in [Duration.zero, .milliseconds(100), .seconds(3)] {
            var conflict = RepeatedRefusal(limit: limit, rhythm: .seconds(30))
            #expect(conflict.happened(at: start) == .first)
            #expect(conflict.happened(at: start + .seconds(4)) == .tooLong)
        }
    }

    @Test func `a blip now and then is no other program`() {
        var conflict = RepeatedRefusal(limit: .seconds(90), rhythm: .seconds(30))
        for blip in 0..<20 { #expect(conflict.happened(at: start + .seconds(33 * blip)) == .first) }
    }

    @Test func `without a rhythm only an end makes the next one a first`() {
        var rejection = RepeatedRefusal(limit: .seconds(30))
        #expect(rejection.happened(at: start) == .first)
        #expect(rejection.happened(at: start + .seconds(29)) == .again)
        rejection.ended()
        #expect(rejection.happened(at: start + .seconds(31)) == .first)
        #expect(rejection.happened(at: start + .seconds(200)) == .tooLong)
    }
}
