import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct RouteTests {
    private func route(_ kind: String, _ payload: JSON) -> Route? {
        Route(kind: kind, payload: payload, by: .chat)
    }

    /// A payload with every object that could determine the scope.
    private func crowd() -> JSON {
        [
            "chat": ["id": 1, "type": "group"], "message": ["message_id": 9, "chat": ["id": 2]],
            "from": ["id": 3], "user": ["id": 4], "voter_chat": ["id": 5], "sender_chat": ["id": 6],
            "actor_chat": ["id": 7], "bot": ["id": 8], "business_connection_id": "b1",
        ]
    }

    private func party(at path: String, in payload: JSON) -> JSON? {
        path.split(separator: ".").reduce(payload) { $0?[String($1)] }
    }

    @Test func `an update belongs to the scope in the protocol's table`() {
        for row in UpdateKindTable.rows {
            var payload = crowd()
            for path in row.paths {
                let party = party(at: path, in: payload)
                let id = party?["id"]?.integer ?? 0
                let found = route(row.kind, payload)
                #expect(found?.party == party, "\(row.kind) from \(path)")
                if row.isBusiness {
                    #expect(found?.scope == .business(connection: "b1", chat: id), "\(row.kind)")
                } else {
                    #expect(found?.scope == (path.hasSuffix("chat") ? .chat(id) : .user(id)), "\(row.kind)")
                }
                #expect(found?.key == (path.hasSuffix("chat") ? "chat" : "user"), "\(row.kind)")
                // Without the first object, the second one determines the scope.
                path.split(separator: ".").first.map { payload.remove(String($0)) }
            }
        }
    }

    @Test func `the table and the list of kinds are the same`() {
        #expect(Set(UpdateKindTable.rows.map(\.kind) + ["poll"]) == UpdateKinds.known)
        #expect(UpdateKinds.all.count == 29)
    }

    @Test func `a poll has no scope`() {
        #expect(route("poll", ["id": "1", "question": "?", "options": [], "type": "regular"]) == nil)
    }

    @Test func `a callback query belongs to its message's chat, even if the message is inaccessible`() {
        let accessible: JSON = [
            "id": "1", "from": ["id": 7],
            "message": ["message_id": 5, "from": ["id": 8], "chat": ["id": 42], "date": 1_700_000_000],
        ]
        let inaccessible: JSON = [
            "id": "1", "from": ["id": 7], "message": ["chat": ["id": 42], "message_id": 5, "date": 0],
        ]
        #expect(route("callback_query", accessible)?.scope == .chat(42))
        #expect(route("callback_query", inaccessible)?.scope == .chat(42))
    }

    @Test func `a callback query of an inline message belongs to the user who pressed the button`() {
        let query: JSON = ["id": "1", "from": ["id": 7], "inline_message_id": "i1", "chat_instance": "-5"]
        #expect(route("callback_query", query)?.scope == .user(7))
        #expect(route("callback_query", query)?.key == "user")
    }

    @Test func `a poll answer belongs to the voting chat, or else to the user`() {
        let ofChat: JSON = ["poll_id": "1", "voter_chat": ["id": -5], "user": ["id": 136_817_688]]
        #expect(route("poll_answer", ofChat)?.scope == .chat(-5))
        #expect(route("poll_answer", ofChat)?.key == "chat")
        #expect(route("poll_answer", ["poll_id": "1", "user": ["id": 7]])?.scope == .user(7))
    }

    @Test func `a business message belongs to its chat within its connection`() {
        var message: JSON = ["message_id": 1, "chat": ["id": 42], "from": ["id": 7]]
        #expect(route("business_message", message)?.scope == .chat(42))
        message.set("business_connection_id", "b1")
        #expect(route("business_message", message)?.scope == .business(connection: "b1", chat: 42))
        #expect(
            route("message", message)?.scope == .chat(42), "only the business kinds have scopes of their own")
    }

    @Test func `a message in a channel's direct messages belongs to its topic, before any forum topic`() {
        let message: JSON = [
            "message_id": 1, "chat": ["id": -100, "type": "supergroup", "is_direct_messages": true],
            "from": ["id": 42], "direct_messages_topic": ["topic_id": 4201, "user": ["id": 42]],
            "message_thread_id": 3, "is_topic_message": true,
        ]
        let press: JSON = ["id": "1", "from": ["id": 42], "message": message]
        let direct = Scope.direct(chat: -100, topic: 4201)
        for choice in [ScopeChoice.chat, .topic] {
            #expect(Route(kind: "message", payload: message, by: choice)?.scope == direct)
            #expect(Route(kind: "callback_query", payload: press, by: choice)?.scope == direct)
        }
        #expect(Route(kind: "message", payload: message, by: .user)?.scope == .user(42))
        #expect(Route(kind: "message", payload: message, by: .bot)?.scope == .bot)
        #expect(route("message", message)?.party == message["chat"])
        // The topic is unknown here.
        #expect(
            route("message", ["chat": ["id": -100], "direct_messages_topic": [:]])?.scope == .chat(-100))
    }

    @Test func `an unknown kind belongs to its chat, message's chat, sender or user, in this order`() {
        var payload = crowd()
        #expect(route("brain_wave", payload)?.scope == .chat(1))
        payload.remove("chat")
        #expect(route("brain_wave", payload)?.scope == .chat(2))
        payload.remove("message")
        #expect(route("brain_wave", payload)?.scope == .user(3))
        payload.remove("from")
        #expect(route("brain_wave", payload)?.scope == .user(4))
        payload.remove("user")
        #expect(route("brain_wave", payload) == nil)
    }

    @Test func `a chat without an integer id is ignored`() {
        for id in ["42", 42.0, .null, [42], true] as [JSON] {
            #expect(route("message", ["chat": ["id": id]]) == nil, "\(id)")
            #expect(
                route("callback_query", ["message": ["chat": ["id": id]], "from": ["id": 7]])?.scope
                    == .user(7))
        }
        #expect(route("message", ["chat": 42]) == nil)
        #expect(route("message", ["chat": .null]) == nil)
        #expect(route("message", [:]) == nil)
    }

    @Test func `an id may have 64 bits`() {
        #expect(route("message", ["chat": ["id": -9_223_372_036_854_775_808]])?.scope == .chat(.min))
    }
}
