import BotGateway
import JSON
import TestSupport
import Testing

/// Telegram has a bad hour.
@Suite struct FaultTests {
    private static let atPolls: [Fault] = [
        .error(500, "Internal Server Error: restart"), .html(502), .html(504), .htmlAfter(502), .closeBefore,
        .closeAfter, .brokenBody, .tooManyRequests(retryAfter: 1), .delay(.milliseconds(20)),
        .error(409, "Conflict: terminated by other getUpdates request; make sure that only one …"),
    ]
    private static let atCalls: [Fault] = [
        .error(400, "Bad Request: chat not found"), .error(403, "Forbidden: bot was blocked by the user"),
        .error(413, "Request Entity Too Large"), .error(500, "Internal Server Error: restart"),
        .tooManyRequests(retryAfter: 1), .migrated(to: -1_000_000_000_001), .html(413), .html(429),
        .html(502),
        .htmlAfter(502), .closeBefore, .closeAfter, .brokenBody, .hang, .hangAfter, .delay(.milliseconds(20)),
    ]

    @Test func `through every fault nothing is lost, and nothing done twice but what is documented`() throws {
        let talk = try LongTalk(updates: 300, chats: 30)
        let telegram = talk.test.telegram
        for fault in (Self.atCalls + Self.atCalls).shuffled() {
            telegram.fail(method: "sendMessage", with: fault)
        }
        _ = try talk.run(["--call-timeout", "500ms"], odds: 0)
        // One after the other: a row of them would be waited out longer and longer.
        for fault in Self.atPolls.shuffled() {
            let polls = telegram.polls.count
            telegram.fail(method: "getUpdates", with: fault)
            talk.say(talk.updates / Self.atPolls.count)
            #expect(talk.test.wait { telegram.polls.count >= polls + 2 })
        }
        #expect(talk.test.wait(within: .seconds(40)) { talk.arrived.count == talk.updates })
        #expect(talk.test.stop() == 0)
        for (number, calls) in Dictionary(grouping: talk.sent, by: \.number) {
            // 5xx after Telegram had acted: docs/decisions/unknown-answers.md.
            let mayBeTwice = calls.count { if case .htmlAfter = $0.call.fault { true } else { false } }
            #expect(calls.count { $0.call.wasCarriedOut } <= 1 + mayBeTwice, "\(number)")
        }
        talk.checkMarks(twice: false)
    }
}
