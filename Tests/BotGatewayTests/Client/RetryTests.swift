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
        return retry.decide(on: outcome, jitter: 0)
    }

    @Test func `an answer and a refusal are final`() {
        #expect(first(.response([])) == .done)
        #expect(first(.refused(.badRequest("chat not found"))) == .done)
    }

    @Test func `what is refused because the chat has moved is tried there, but not for ever`() {
        var retry = Retry()
        let moved = { (chat: Int64) in
            BotAPIClient.Outcome.refused(
                BotAPIError(code: 400, reason: "Bad Request", parameters: ["migrate_to_chat_id": JSON(chat)]))
        }
        for chat in 1...4 as ClosedRange<Int64> {
            #expect(retry.decide(on: moved(chat), jitter: 0) == .move(to: chat))
        }
        #expect(retry.decide(on: moved(5), jitter: 0) == .done)
    }

    @Test func `a new chat that isn't an id, or comes with another refusal, is not followed`() {
        for (code, chat) in [(403, -1005), (400, "-1005"), (400, true)] as [(Int, JSON)] {
            let error = BotAPIError(code: code, reason: "x", parameters: ["migrate_to_chat_id": chat])
            #expect(first(.refused(error)) == .done)
        }
    }

    @Test func `what may have taken effect is never tried again`() {
        #expect(first(.noResponse("the connection was closed")) == .done)
    }

    @Test func `what Telegram did not take is tried again`() {
        #expect(first(.unreachable("no route to host")) == .again(after: .milliseconds(500)))
        #expect(first(trouble) == .again(after: .milliseconds(500)))
    }

    @Test func `an upload that breaks off each time is given up`() {
        var retry = Retry()
        for _ in 1..<Retry.mostBreaks {
            guard case .again = retry.decide(on: .unreachable("reset", brokeOff: true), jitter: 0) else {
                return #expect(Bool(false))
            }
            for outcome in [trouble, .unreachable("no route to host")] {
                #expect(retry.decide(on: outcome, jitter: 0) != .done)
            }
        }
        #expect(retry.decide(on: .unreachable("reset", brokeOff: true), jitter: 0) == .done)
    }

    @Test func `a 429 holds the chat for as long as Telegram says`() {
        #expect(first(flood) == .hold(.seconds(7)))
    }

    @Test func `waits double from try to try, up to 30 s, and never end`() {
        var retry = Retry()
        for seconds in [0.5, 1, 2, 4, 8, 16, 30, 30, 30] {
            #expect(retry.decide(on: trouble, jitter: 0) == .again(after: .seconds(seconds)))
        }
        for _ in 0..<1000 { #expect(retry.decide(on: trouble, jitter: 0) == .again(after: .seconds(30))) }
    }

    @Test func `after a 429 waits start anew, for Telegram answers again`() {
        var retry = Retry()
        for _ in 0..<5 { _ = retry.decide(on: trouble, jitter: 0) }
        #expect(retry.decide(on: flood, jitter: 0) == .hold(.seconds(7)))
        #expect(retry.decide(on: trouble, jitter: 0) == .again(after: .milliseconds(500)))
    }

    @Test func `chance adds up to half as much again, to spread those who failed together`() {
        for tries in 1...20 {
            let least = Retry.backoff(tries: tries, jitter: 0)
            #expect(Retry.backoff(tries: tries, jitter: 0.5) == least * 1.25)
            let most = Retry.backoff(tries: tries, jitter: 0.999_999)
            #expect(most > least && most < least * 1.5)
        }
        #expect(Retry.backoff(tries: 20, jitter: 0.999_999) < .seconds(45))
    }

    @Test func `any number of tries has its wait`() {
        for tries in [-1, 0, 1] {
            #expect(Retry.backoff(tries: tries, jitter: 0) == .milliseconds(500))
        }
        #expect(Retry.backoff(tries: .max, jitter: 0) == .seconds(30))
    }
}
