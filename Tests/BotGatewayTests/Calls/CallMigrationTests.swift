import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// Calls to a group that has become a supergroup.
@Suite struct CallMigrationTests {
    private let group = Scope.chat(-5)

    /// The chats of the calls, in the order of arrival.
    private func chats(_ test: CallerTest) -> [JSON?] { test.server.calls.map { $0.parameters["chat_id"] } }

    @Test func `a call to a migrated group is sent to the new id and gets that result`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: -5, with: .migrated(to: -1_000_000_000_005))
        test.send("x", for: group, id: 1)
        #expect(test.wait { test.results.count == 1 })
        #expect(chats(test) == [-5, -1_000_000_000_005])
        #expect(test.sent == ["x"])
        #expect(test.success(of: "x")?["chat"]?["id"] == -1_000_000_000_005)
        #expect(test.log.count("notice chat -5 was migrated to -1000000000005") == 1)
        #expect(test.log.count("rejected") == 0)
    }

    @Test func `later calls to the old id are sent to the new one directly, in order`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: .max, chat: -5, with: .migrated(to: -1_000_000_000_005))
        for text in ["1", "2", "3"] { test.send(text, for: group) }
        #expect(test.wait { test.results.count == 3 })
        test.send("as text", for: .user(7), to: "-5")
        test.send("elsewhere", for: .user(7), to: -6)
        #expect(test.wait { test.results.count == 5 })
        #expect(
            chats(test) == [
                -5, -1_000_000_000_005, -1_000_000_000_005, -1_000_000_000_005, -1_000_000_000_005, -6,
            ])
        #expect(test.sent == ["1", "2", "3", "as text", "elsewhere"])
        #expect(test.log.count("was migrated") == 1)
    }

    @Test func `calls in flight during a migration follow it, and it is logged once`() throws {
        let test = try TestRig().caller()
        var moves: [[Int64]] = []
        test.caller.onMigration = { moves.append([$0, $1]) }
        test.server.fail(times: .max, chat: -5, with: .migrated(to: -1_000_000_000_005))
        for user in 1...5 as ClosedRange<Int64> { test.send("\(user)", for: .user(user), to: -5) }
        #expect(test.wait { test.results.count == 5 })
        #expect(Set(test.sent).count == 5 && test.sent.count == 5)
        #expect(moves == [[-5, -1_000_000_000_005]])
        #expect(test.log.count("was migrated") == 1)
    }

    @Test func `a migration known from the start is followed at once and not reported again`() throws {
        let test = try TestRig().caller()
        test.caller.onMigration = { _, _ in Issue.record("told what it was told") }
        test.caller.migrate(-5, to: -1_000_000_000_005)
        test.send("x", for: group)
        #expect(test.wait { test.results.count == 1 })
        #expect(chats(test) == [-1_000_000_000_005])
        #expect(test.log.count("was migrated") == 0)
    }

    @Test func `a move is no answer for a call that names no chat by its id`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: 2, with: .migrated(to: -1_000_000_000_005))
        test.perform("telegram.get_me", as: "me", for: group, id: 1)
        test.send("named", for: group, to: "@news", id: 2)
        #expect(test.wait { test.results.count == 2 })
        #expect(test.failure(of: "me")?.parameters == ["migrate_to_chat_id": -1_000_000_000_005])
        #expect(test.failure(of: "named")?.code == 400)
        #expect(test.log.count("was migrated") == 0)
    }

    @Test func `a rate-limited supergroup also holds calls to its old id`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: -5, with: .migrated(to: -1_000_000_000_005))
        test.server.fail(chat: -1_000_000_000_005, with: .tooManyRequests(retryAfter: 30))
        test.send("x", for: group)
        #expect(test.wait { test.log.count("rate-limited for 30s") == 1 })
        test.send("from a user", for: .user(7), to: -5)
        test.send("other", for: .chat(43))
        #expect(test.wait { test.finished == ["other"] })
        #expect(test.isQuiet())
        let start = Instant.current
        #expect(test.hurry(for: 3))
        #expect(Instant.current - start > .seconds(20))
        #expect(chats(test).count == 5)
    }

    @Test(
        arguments: [
            (1002, -1_000_000_000_005), (-5, 1002), (-5, -6), (-1_000_000_000_005, -1_000_000_000_006),
        ] as [(Int64, Int64)])
    func `a move that can't be is an error with Telegram's words, and calls still go to the chat`(
        _ old: Int64, _ new: Int64
    ) throws {
        let test = try TestRig().caller()
        test.server.fail(chat: old, with: .migrated(to: new))
        test.send("x", for: .chat(old), id: 1)
        test.send("y", for: .chat(old), id: 2)
        #expect(test.wait { test.results.count == 2 })
        #expect(test.failure(of: "x")?.parameters == ["migrate_to_chat_id": JSON(new)])
        #expect(chats(test) == [JSON(old), JSON(old)])
        #expect(test.sent == ["y"])
    }

    @Test func `commands that are set for a group follow it`() throws {
        let test = try TestRig().caller()
        test.caller.migrate(-5, to: -1_000_000_000_005)
        let scope: JSON = ["type": "chat", "chat_id": -5]
        for (name, scope) in [("object", scope), ("text", JSON(scope.description))] {
            let parameters: JSON = ["commands": [], "scope": scope]
            test.perform("telegram.set_my_commands", parameters, as: name, for: group)
        }
        #expect(test.wait { test.results.count == 2 })
        for call in test.server.calls {
            #expect(call.parameters["scope"] == ["type": "chat", "chat_id": -1_000_000_000_005])
        }
    }
}
