import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// Telegram fails in every way.
@Suite(.ownProcess) struct FaultTests {
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

    @Test func `no fault loses an update, and none repeats a call except the documented one`() throws {
        let rig = try TestRig()
        let talks = try (1...5).map { _ in try TestRig(on: rig.loop).longConversation(updates: 60, chats: 6) }
        for (index, fault) in (Self.atCalls + Self.atCalls).shuffled().enumerated() {
            talks[index % talks.count].test.telegram.fail(method: "sendMessage", with: fault)
        }
        // Some faults only occur at the end of a poll.
        let options = ["--call-timeout", "500ms", "--poll-timeout", "1s"]
        for talk in talks { _ = try talk.run(options, odds: 0) }
        // One fault per round: consecutive faults would increase the backoff.
        var atPolls = Self.atPolls.shuffled()
        let rounds = atPolls.count / talks.count
        for _ in 1...rounds {
            let polls = talks.map(\.polls)
            for talk in talks {
                talk.test.telegram.fail(method: "getUpdates", with: atPolls.removeLast())
                talk.say(talk.updates / rounds)
            }
            #expect(
                rig.wait { zip(talks, polls).allSatisfy { $0.polls >= $1 + 2 } }
            )
        }
        for talk in talks {
            #expect(talk.test.wait(within: .seconds(40)) { talk.arrived.count == talk.updates })
            #expect(talk.test.stop() == 0)
            check(talk)
        }
    }

    private func check(_ talk: LongConversation) {
        for (number, calls) in Dictionary(grouping: talk.sent, by: \.number) {
            // Telegram may have acted before a 5xx. See docs/decisions/unknown-answers.md.
            let mayBeTwice = calls.count { if case .htmlAfter = $0.call.fault { true } else { false } }
            #expect(calls.count { $0.call.wasCarriedOut } <= 1 + mayBeTwice, "\(number)")
        }
        talk.checkMarks(twice: false)
    }
}
