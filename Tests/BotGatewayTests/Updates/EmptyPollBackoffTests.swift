import Testing

@testable import BotGateway

@Suite struct EmptyPollBackoffTests {
    private func decisions(
        _ count: Int, news: Bool = false, after time: Duration = .milliseconds(1),
        asked wait: Duration = .seconds(50),
        _ emptyPolls: inout EmptyPollBackoff
    ) -> [EmptyPollBackoff.Decision] {
        (0..<count).map { _ in emptyPolls.answered(news: news, after: time, asked: wait) }
    }

    @Test func `pauses begin after three quick answers without news, and grow to 30 s`() {
        var emptyPolls = EmptyPollBackoff()
        #expect(decisions(3, &emptyPolls) == [.poll, .poll, .poll])
        let seconds: [Double] = [0.5, 1, 2, 4, 8, 16, 30, 30]
        let pauses = seconds.enumerated().map {
            EmptyPollBackoff.Decision.pause(.seconds($1), isFirst: $0 == 0)
        }
        #expect(decisions(8, &emptyPolls) == pauses)
    }

    @Test func `news and slow answers end the pauses`() {
        for (news, time) in [(true, Duration.zero), (false, .seconds(1))] {
            var emptyPolls = EmptyPollBackoff()
            _ = decisions(10, &emptyPolls)
            #expect(decisions(1, news: news, after: time, &emptyPolls) == [.poll])
            #expect(decisions(3, &emptyPolls) == [.poll, .poll, .poll])
        }
    }

    @Test func `a poll that asked for a second may take half of it`() {
        var emptyPolls = EmptyPollBackoff()
        let made = decisions(9, after: .milliseconds(500), asked: .seconds(1), &emptyPolls)
        #expect(made.allSatisfy { $0 == .poll })
    }

    @Test func `with a timeout of 0 quick answers are expected: the pauses are short, and nothing is said`() {
        var emptyPolls = EmptyPollBackoff()
        let made = decisions(100, asked: .zero, &emptyPolls)
        #expect(made.dropFirst(3).allSatisfy { $0 == .pause(.milliseconds(500), isFirst: false) })
    }
}
