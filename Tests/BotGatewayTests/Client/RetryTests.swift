import JSON
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

@Suite struct RetryTests {
    private let trouble = BotAPIClient.Outcome.serverError(BotAPIError(code: 502, reason: "Bad Gateway"))
    private let flood = BotAPIClient.Outcome.tooManyRequests(
        wait: .seconds(7), BotAPIError(code: 429, reason: "Too Many Requests: retry after 7"))

    private func first(_ outcome: BotAPIClient.Outcome) -> Retry.Decision {
        var retry = Retry()
        return retry.decide(on: outcome, CallTally(), jitter: 0)
    }

    @Test func `successes and refusals are final`() {
        #expect(first(.response([])) == .done)
        #expect(first(.refused(.badRequest("chat not found"))) == .done)
    }

    @Test func `a call to a chat that has moved is sent there`() {
        let error = BotAPIError(
            code: 400, reason: "Bad Request", parameters: ["migrate_to_chat_id": -1_000_000_000_005])
        #expect(first(.refused(error)) == .move(to: -1_000_000_000_005))
    }

    /// The decisions on a failure that repeats; `others` says whether another call succeeded before each.
    private func decisions(on outcome: BotAPIClient.Outcome, others: [Bool]) -> [Retry.Decision] {
        var retry = Retry()
        var tally = CallTally()
        return others.map { othersSucceeded in
            if othersSucceeded { tally.successes += 1 }
            tally.add(outcome)
            return retry.decide(on: outcome, tally, jitter: 0)
        }
    }

    @Test
    func `while other calls fail as well, none is given up: it is an outage, or the whole bot's rate limit`()
    {
        var retry = Retry()
        var tally = CallTally()
        for _ in 1...100 {
            tally.successes += 3
            tally.troubles += 2
            #expect(retry.decide(on: flood, tally, jitter: 0) == .hold(.seconds(7)))
        }
    }

    @Test func `a call that fails eight times while others succeed is given up`() {
        let stranger = BotAPIClient.Outcome.stranger(BotAPIError(code: 404, reason: "Not Found"))
        for outcome in [trouble, flood, stranger] {
            let made = decisions(on: outcome, others: Array(repeating: true, count: 8))
            #expect(made.dropLast().allSatisfy { $0 != .done })
            #expect(made.last == .done)
        }
    }

    @Test func `only failures between which others succeed count`() {
        let others = (0..<100).map { $0 % 20 == 0 }
        #expect(decisions(on: trouble, others: others).allSatisfy { $0 != .done })
        let rejected = BotAPIClient.Outcome.refused(BotAPIError(code: 401, reason: "Unauthorized"))
        for outcome in [rejected, .unreachable("no route to host")] {
            let made = decisions(on: outcome, others: Array(repeating: true, count: 50))
            #expect(made.allSatisfy { $0 != .done })
        }
    }

    @Test func `a new chat without a valid id or with another refusal isn't followed`() {
        for (code, chat) in [(403, -1005), (400, "-1005"), (400, true)] as [(Int, JSON)] {
            let error = BotAPIError(code: code, reason: "x", parameters: ["migrate_to_chat_id": chat])
            #expect(first(.refused(error)) == .done)
        }
    }

    @Test func `a call that may have taken effect is never retried`() {
        #expect(first(.noResponse("the connection was closed")) == .done)
    }

    @Test func `a call that Telegram didn't accept is retried`() {
        #expect(first(.unreachable("no route to host")) == .again(after: .milliseconds(500)))
        #expect(first(trouble) == .again(after: .milliseconds(500)))
    }

    @Test func `an upload that breaks off repeatedly is given up`() {
        var retry = Retry()
        for _ in 1..<Retry.mostBreaks {
            guard
                case .again = retry.decide(on: .unreachable("reset", brokeOff: true), CallTally(), jitter: 0)
            else {
                return #expect(Bool(false))
            }
            for outcome in [trouble, .unreachable("no route to host")] {
                #expect(retry.decide(on: outcome, CallTally(), jitter: 0) != .done)
            }
        }
        #expect(retry.decide(on: .unreachable("reset", brokeOff: true), CallTally(), jitter: 0) == .done)
    }

    @Test func `a 429 holds the chat for the given time`() {
        #expect(first(flood) == .hold(.seconds(7)))
    }

    @Test func `delays double with each try, up to 30 s, without end`() {
        var retry = Retry()
        for seconds in [0.5, 1, 2, 4, 8, 16, 30, 30, 30] {
            #expect(retry.decide(on: trouble, CallTally(), jitter: 0) == .again(after: .seconds(seconds)))
        }
        for _ in 0..<1000 {
            #expect(retry.decide(on: trouble, CallTally(), jitter: 0) == .again(after: .seconds(30)))
        }
    }

    @Test func `a 429 resets the delays, because Telegram is answering`() {
        var retry = Retry()
        for _ in 0..<5 { _ = retry.decide(on: trouble, CallTally(), jitter: 0) }
        #expect(retry.decide(on: flood, CallTally(), jitter: 0) == .hold(.seconds(7)))
        #expect(retry.decide(on: trouble, CallTally(), jitter: 0) == .again(after: .milliseconds(500)))
    }

    @Test func `jitter adds up to half of the delay, so that failed calls spread out`() {
        for tries in 1...20 {
            let least = Retry.backoff(tries: tries, jitter: 0)
            #expect(Retry.backoff(tries: tries, jitter: 0.5) == least * 1.25)
            let most = Retry.backoff(tries: tries, jitter: 0.999_999)
            #expect(most > least && most < least * 1.5)
        }
        #expect(Retry.backoff(tries: 20, jitter: 0.999_999) < .seconds(45))
    }

    @Test func `any number of tries has a delay`() {
        for tries in [-1, 0, 1] {
            #expect(Retry.backoff(tries: tries, jitter: 0) == .milliseconds(500))
        }
        #expect(Retry.backoff(tries: .max, jitter: 0) == .seconds(30))
    }
}
