import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// Rate-limited chats.
@Suite struct HeldChatTests {
    @Test func `a 429 holds its chat for the given time, and no other`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        let start = Instant.current
        test.send("first", id: 1)
        test.send("second")
        #expect(test.wait { test.log.count("rate-limited for 30s") == 1 })
        test.send("other", for: .chat(43))
        #expect(test.wait { test.finished == ["other"] })
        #expect(test.isQuiet())
        #expect(test.hurry(for: 3))
        #expect(Instant.current - start >= .seconds(30))
        #expect(test.sent == ["other", "first", "second"])
        #expect(test.success(of: "first") != nil)
    }

    @Test func `of the drafts and edits that wait, only the newest is sent`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        func draft(_ text: String, _ id: Int64) {
            test.perform(
                "telegram.send_message_draft", ["draft_id": JSON(id), "text": JSON(text)], as: text,
                for: .chat(42), id: 1)
        }
        func edit(_ text: String, _ message: JSON, _ type: String = "telegram.edit_message_text") {
            test.perform(type, ["message_id": message, "text": JSON(text)], as: text, for: .chat(42))
        }
        draft("1a", 1)
        #expect(test.wait { test.log.count("rate-limited for 30s") == 1 })
        draft("1b", 1)
        draft("2a", 2)
        draft("1c", 1)
        edit("5a", 5)
        edit("6a", 6)
        edit("5c", 5, "telegram.edit_message_caption")
        edit("5b", 5)
        test.send("x")
        test.send("x")
        #expect(test.hurry(for: 10))
        #expect(test.arrived == ["1a", "2a", "1c", "6a", "5c", "5b", "x", "x"])
        let superseded = test.results.filter { if case .superseded = $0.result { true } else { false } }
        #expect(superseded.map(\.text) == ["1a", "1b", "5a"])
    }

    @Test func `an edit isn't superseded across another call, which may need it`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        test.send("first")
        #expect(test.wait { test.log.count("rate-limited for 30s") == 1 })
        for text in ["a", "b"] {
            test.perform(
                "telegram.edit_message_text", ["message_id": 5, "text": JSON(text)], as: text, for: .chat(42))
            test.perform("telegram.pin_chat_message", ["message_id": 5], as: "pin", for: .chat(42))
        }
        #expect(test.hurry(for: 5))
        #expect(test.arrived == ["first", "first", "a", "pinChatMessage", "b", "pinChatMessage"])
    }

    @Test func `a caller for a list of calls supersedes none`() throws {
        let test = try TestRig().caller()
        test.caller.policy.supersedes = false
        for text in ["a", "b", "c"] {
            test.perform(
                "telegram.edit_message_text", ["message_id": 5, "text": JSON(text)], as: text, for: .chat(42))
        }
        #expect(test.wait { test.arrived == ["a", "b", "c"] })
    }

    @Test func `a draft that is being sent isn't superseded`() throws {
        let test = try TestRig().caller()
        test.server.fail(method: "sendMessageDraft", with: .delay(.milliseconds(200)))
        for text in ["a", "b"] {
            test.perform(
                "telegram.send_message_draft", ["draft_id": 1, "text": JSON(text)], as: text, for: .chat(42))
        }
        #expect(test.wait { test.finished == ["a", "b"] })
        #expect(test.arrived == ["a", "b"])
    }

    @Test func `a held chat is held for every scope that writes to it`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        test.send("first")
        #expect(test.wait { test.log.count("rate-limited for") == 1 })
        test.send("from a user", for: .user(7), to: 42)
        test.send("as text", for: .user(8), to: "42")
        test.send("elsewhere", for: .user(9), to: 43)
        #expect(test.wait { test.finished == ["elsewhere"] })
        #expect(test.isQuiet())
        let start = Instant.current
        #expect(test.hurry(for: 4))
        #expect(Instant.current - start > .seconds(20))
        #expect(test.arrived.count == 5)
    }

    @Test func `a 429 to a call without a chat holds its scope, and no other`() throws {
        let test = try TestRig().caller()
        test.server.fail(method: "getMe", with: .tooManyRequests(retryAfter: 30))
        test.perform("telegram.get_me", as: "me", for: .chat(42))
        #expect(test.wait { test.log.count("rate-limited for") == 1 })
        test.perform("telegram.get_me", as: "other", for: .chat(43))
        #expect(test.wait { test.finished == ["other"] })
        #expect(test.hurry(for: 2))
    }

    @Test func `a chat that is rate-limited repeatedly is held each time`() throws {
        let test = try TestRig().caller()
        test.server.fail(times: 3, chat: 42, with: .tooManyRequests(retryAfter: 10))
        let start = Instant.current
        test.send("patience", id: 1)
        #expect(test.hurry(for: 1))
        #expect(Instant.current - start >= .seconds(30))
        #expect(test.arrived.count == 4)
        #expect(test.success(of: "patience") != nil)
    }

    @Test func `a scope's calls stay in order even if the first one's chat is held`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 1, with: .tooManyRequests(retryAfter: 30))
        test.send("held", for: .user(7), to: 1)
        test.send("behind it", for: .user(7), to: 2)
        test.send("another scope", for: .user(8), to: 2)
        #expect(test.wait { test.finished == ["another scope"] })
        #expect(test.isQuiet())
        #expect(test.hurry(for: 3))
        #expect(test.sent == ["another scope", "held", "behind it"])
    }

    @Test func `two scopes that write to a held chat both wait, and no other scope does`() throws {
        let test = try TestRig().caller()
        test.caller.hold("42", for: .seconds(30))
        let start = Instant.current
        for user in 1...2 as ClosedRange<Int64> { test.send("held \(user)", for: .user(user), to: 42) }
        test.send("free", for: .user(3), to: 43)
        #expect(test.wait { test.finished == ["free"] })
        #expect(test.isQuiet())
        #expect(test.hurry(for: 3))
        #expect(Instant.current - start >= .seconds(30))
        #expect(Set(test.sent) == ["free", "held 1", "held 2"])
        #expect(test.arrived.count == 3)
    }

    @Test func `held scopes don't use up the limit of concurrent scopes`() throws {
        let test = try TestRig().caller(limit: 4)
        for chat in 1...32 as ClosedRange<Int64> {
            test.server.fail(chat: chat, with: .tooManyRequests(retryAfter: 30))
            for part in ["a", "b"] { test.send("\(chat)\(part)", for: .chat(chat)) }
        }
        #expect(test.wait { test.log.count("rate-limited for 30s") == 32 })
        for number in 1...10 { test.send("free \(number)", for: .user(7), to: 70) }
        #expect(test.wait { test.results.count == 10 })
        #expect(test.caller.pending == 64)
        #expect(test.hurry(for: 74))
        #expect(test.sent.count == 74)
    }

    @Test func `a business account's chat and the bot's chat with the same id are held separately`() throws {
        let test = try TestRig().caller()
        test.caller.hold("business:b1/chat:42", for: .seconds(30))
        test.send("held", for: .business(connection: "b1", chat: 42))
        test.send("other account", for: .business(connection: "b2", chat: 42))
        test.send("own", for: .chat(42))
        #expect(test.wait { Set(test.finished) == ["own", "other account"] })
        #expect(test.hurry(for: 3))
    }

    // MARK: across a restart

    @Test func `a hold is reported, and its remaining time holds the next caller`() throws {
        let first = try TestRig().caller()
        var told: [(chat: String, wait: Duration)] = []
        first.caller.onHold = { told.append(($0, $1)) }
        first.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        first.server.fail(method: "getMe", with: .tooManyRequests(retryAfter: 7))
        first.send("x")
        first.perform("telegram.get_me", as: "me", for: .user(7))
        #expect(first.wait { told.count == 2 })
        #expect(Set(told.map(\.chat)) == ["42", "user:7"])
        for hold in told { #expect(hold.wait > (hold.chat == "42" ? .seconds(29) : .seconds(6))) }

        let second = try TestRig().caller()
        second.caller.onHold = { _, _ in Issue.record("told what it was told") }
        second.caller.hold("42", for: .seconds(20))
        let start = Instant.current
        second.send("x")
        second.send("other", for: .chat(43))
        #expect(second.wait { second.finished == ["other"] })
        #expect(second.hurry(for: 2))
        #expect(Instant.current - start >= .seconds(20))
        #expect(second.arrived == ["other", "x"])
    }

    @Test func `of two 429s for one chat, the one that ends last is reported`() throws {
        let test = try TestRig().caller()
        var told: [Duration] = []
        test.caller.onHold = { told.append($1) }
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 30))
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 5))
        for user in 1...2 as ClosedRange<Int64> { test.send("\(user)", for: .user(user), to: 42) }
        #expect(test.wait { told.count == 2 })
        #expect(told.allSatisfy { $0 > .seconds(25) })
    }

    @Test func `held chats are listed until their holds end`() throws {
        let test = try TestRig().caller()
        test.caller.hold("43", for: .seconds(60))
        test.caller.hold("@news", for: .seconds(1))
        test.caller.hold("42", for: .seconds(30))
        #expect(test.caller.holds.map(\.chat) == ["42", "43", "@news"])
        #expect(test.hurry { test.caller.holds.count == 2 })
        #expect(test.caller.holds.map(\.chat) == ["42", "43"])
        #expect(test.caller.holds.allSatisfy { $0.left > .seconds(20) })
    }
}
