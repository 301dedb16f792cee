import Testing

@testable import BotGateway

@Suite struct CrashLoopDetectorTests {
    @Test func `only the third death in a row begins a crash loop`() {
        var trouble = CrashLoopDetector()
        let steps = (1...6).map { _ in trouble.childDied() }
        #expect(steps == [.one, .one, .begins, .goesOn, .goesOn, .goesOn])
        #expect(trouble.isKnown)
    }

    @Test func `a child that reads its event ends the crash loop`() {
        var trouble = CrashLoopDetector()
        _ = trouble.childDied()
        _ = trouble.childDied()
        var isOver = trouble.childReadEvent()
        #expect(!isOver)
        for _ in 1...3 { _ = trouble.childDied() }
        #expect(trouble.isKnown)
        isOver = trouble.childReadEvent()
        #expect(isOver)
        #expect(!trouble.isKnown)
        #expect(trouble.childDied() == .one)
    }
}
