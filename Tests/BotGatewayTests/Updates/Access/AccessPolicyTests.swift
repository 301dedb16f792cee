import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct AccessPolicyTests {
    private func update(_ kind: String, _ payload: JSON) throws -> Update {
        try Update(["update_id": 1, kind: payload])
    }

    private func access(_ lines: String..., maxAge: Duration? = nil) throws -> AccessPolicy {
        var list = AllowList()
        try list.add(file: Array(lines.joined(separator: "\n").utf8))
        return AccessPolicy(list, maxAge: maxAge)
    }

    private func admits(_ line: String, _ update: Update) throws -> Bool {
        try access(line).decide(on: update, at: 0) == .admitted
    }

    // MARK: senders

    /// The kinds of updates, with the paths of their chats and of their user.
    private static let kinds: [(kind: String, chats: [String], user: String?)] = [
        ("message", ["chat", "sender_chat"], "from"),
        ("edited_message", ["chat", "sender_chat"], "from"),
        ("channel_post", ["chat", "sender_chat"], nil),
        ("edited_channel_post", ["chat", "sender_chat"], nil),
        ("guest_message", ["chat"], "from"),
        ("business_connection", [], "user"),
        ("business_message", ["chat"], "from"),
        ("edited_business_message", ["chat"], "from"),
        ("deleted_business_messages", ["chat"], nil),
        ("message_reaction", ["chat", "actor_chat"], "user"),
        ("message_reaction_count", ["chat"], nil),
        ("inline_query", [], "from"),
        ("chosen_inline_result", [], "from"),
        ("callback_query", ["message.chat"], "from"),
        ("shipping_query", [], "from"),
        ("pre_checkout_query", [], "from"),
        ("purchased_paid_media", [], "from"),
        ("poll", [], nil),
        ("poll_answer", ["voter_chat"], "user"),
        ("my_chat_member", ["chat"], "from"),
        ("chat_member", ["chat"], "from"),
        ("chat_join_request", ["chat"], "from"),
        ("chat_boost", ["chat"], nil),
        ("removed_chat_boost", ["chat"], nil),
        ("managed_bot", [], "user"),
        ("subscription", [], "user"),
        ("stopped_message_generation", ["chat"], nil),
        ("widget_query", ["chat"], "from"),
        ("shared_widget_query", [], "from"),
        ("brain_wave", ["chat"], "from"),
        ("brain_wave", ["message.chat"], "user"),
    ]

    @Test func `a direct message is admitted by its chat and its sender, not by its topic`() throws {
        let update = try update(
            "message",
            [
                "chat": ["id": -100, "type": "supergroup"], "from": ["id": 42],
                "direct_messages_topic": ["topic_id": 4201, "user": ["id": 43]],
            ])
        #expect(try admits("chat -100", update))
        #expect(try admits("user 42", update))
        #expect(try !admits("chat 4201\nuser 4201\nuser 43", update))
    }

    @Test func `each kind of update is admitted by its chat and by its sender`() throws {
        #expect(Set(Self.kinds.map(\.kind)) == UpdateKinds.known.union(["brain_wave"]))
        for (kind, chats, user) in Self.kinds {
            var payload: JSON = ["date": 1]
            for (index, path) in chats.enumerated() {
                let chat: JSON = ["id": JSON(-100 - index), "type": "supergroup"]
                if path == "message.chat" {
                    payload.set("message", ["chat": chat])
                } else {
                    payload.set(path, chat)
                }
            }
            if let user { payload.set(user, ["id": 42, "first_name": "Ada", "username": "Ada_L"]) }
            let update = try update(kind, payload)
            for index in chats.indices { #expect(try admits("chat \(-100 - index)", update), "\(kind)") }
            #expect(try admits("user 42", update) == (user != nil), "\(kind)")
            #expect(try admits("user @ada_l", update) == (user != nil), "\(kind)")
            #expect(try !admits("chat 42", update), "\(kind)")
            #expect(try !admits("user 100\nchat 7\nuser @ada", update), "\(kind)")
            #expect(AccessPolicy(nil, maxAge: nil).decide(on: update, at: 0) == .admitted)
            #expect(AccessPolicy(AllowList(), maxAge: nil).decide(on: update, at: 0) == .notAllowed)
        }
    }

    @Test func `a private chat without a sender belongs to its user`() throws {
        let chat: JSON = ["id": 42, "type": "private", "username": "ada"]
        let stopped = try update("stopped_message_generation", ["chat": chat])
        for line in ["chat 42", "user 42", "user @ada"] { #expect(try admits(line, stopped)) }
        let answer = try update("message", ["chat": chat, "from": ["id": 5]])
        #expect(try !admits("user 42", answer))
        #expect(try admits("chat 42", answer))
    }

    @Test func `users and chats that are only mentioned admit nothing`() throws {
        let update = try update(
            "message",
            [
                "chat": ["id": -5, "type": "group", "username": "ada"], "from": ["id": 6],
                "forward_origin": ["sender_user": ["id": 42], "chat": ["id": -42]], "via_bot": ["id": 42],
                "reply_to_message": ["from": ["id": 42], "chat": ["id": -42], "migrate_from_chat_id": -42],
                "new_chat_members": [["id": 42]], "user_shared": ["user_id": 42], "text": "user 42",
            ])
        #expect(try !admits("user 42\nchat -42\nuser @ada", update))
    }

    @Test func `a malformed chat or user admits nothing`() throws {
        let payloads: [JSON] = [
            [:], ["chat": 42], ["chat": ["id": "42"]], ["from": .null], ["from": [["id": 42]]],
            ["chat": .null],
            ["from": ["id": 42.0, "username": 42]], ["message": 42],
        ]
        for payload in payloads {
            #expect(try !admits("user 42\nchat 42", try update("message", payload)), "\(payload)")
        }
    }

    @Test func `a group that becomes a supergroup stays allowed, whichever chat announces it`() throws {
        let told: [JSON] = [
            ["chat": ["id": -5], "migrate_to_chat_id": -1005],
            ["chat": ["id": -1005], "migrate_from_chat_id": -5],
        ]
        let later = try update("message", ["chat": ["id": -1005]])
        for payload in told {
            var access = try access("chat -5")
            #expect(access.decide(on: later, at: 0) == .notAllowed)
            let news = try update("message", payload)
            #expect(access.learn(from: news) == true)
            #expect(access.learn(from: news) == false)
            #expect(access.decide(on: news, at: 0) == .admitted)
            #expect(access.decide(on: later, at: 0) == .admitted)
            access.list = AllowList()
            #expect(access.decide(on: later, at: 0) == .notAllowed)
        }
        var other = try access("chat -6")
        let isNews = other.learn(from: try update("message", told[0]))
        #expect(!isNews)
        #expect(other.decide(on: later, at: 0) == .notAllowed)
    }

    // MARK: age

    @Test func `an update's age is its own, and an edit's is the edit's`() throws {
        let access = AccessPolicy(nil, maxAge: .seconds(600))
        let decide = { (kind: String, payload: JSON) throws in
            access.decide(on: try self.update(kind, payload), at: 10_000)
        }
        #expect(try decide("message", ["date": 9400]) == .admitted)
        #expect(try decide("message", ["date": 9399]) == .tooOld)
        #expect(try decide("edited_message", ["date": 1, "edit_date": 9400]) == .admitted)
        #expect(try decide("edited_channel_post", ["date": 1, "edit_date": 9399]) == .tooOld)
        #expect(try decide("edited_business_message", ["date": 9399]) == .tooOld)
        #expect(try decide("message_reaction", ["date": 9399]) == .tooOld)
        #expect(try decide("brain_wave", ["date": 9399]) == .tooOld)
    }

    @Test func `an update without its own date is never too old`() throws {
        let access = AccessPolicy(nil, maxAge: .seconds(600))
        let payloads: [(String, JSON)] = [
            ("callback_query", ["message": ["date": 1]]), ("inline_query", [:]), ("message", ["date": 0]),
            ("business_connection", ["date": 1]), ("message", ["date": "1"]), ("message", ["date": -5]),
            ("message", ["date": 20_000]), ("message", ["date": JSON(Int64.max)]),
            ("message", ["date": JSON(Int64.min)]),
        ]
        for (kind, payload) in payloads {
            #expect(access.decide(on: try update(kind, payload), at: 10_000) == .admitted, "\(payload)")
        }
    }

    @Test func `an update that isn't allowed isn't counted as too old`() throws {
        let old = try update("message", ["chat": ["id": 5], "date": 1])
        #expect(try access("chat 6", maxAge: .seconds(1)).decide(on: old, at: 10) == .notAllowed)
        #expect(try access("chat 5", maxAge: .seconds(1)).decide(on: old, at: 10) == .tooOld)
    }

    @Test func `the clock is suspected once if new updates after the backlog are too old as well`() {
        var clock = ClockSuspicion()
        let happened = { (old: Int, young: Int) in clock.happened(old: old, young: young) }
        // The backlog, and the users who write meanwhile.
        for _ in 1...9 { #expect(!happened(100, 0)) }
        #expect(!happened(30, 0))
        #expect(!happened(0, 1))
        #expect(!happened(0, 0))
        #expect(!happened(1, 0))
        #expect(!happened(1, 0))
        #expect(!happened(0, 0))
        #expect(happened(1, 0))
        for _ in 1...9 { #expect(!happened(1, 0)) }
    }
}
