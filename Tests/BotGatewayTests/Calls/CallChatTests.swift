import JSON
import Testing

@testable import BotGateway

@Suite struct CallChatTests {
    private func call(
        _ parameters: JSON = [:], method: String = "leave_chat", in scope: Scope = .user(7)
    ) throws -> Call {
        try Call(type: "telegram.\(method)", parameters: parameters, id: nil, in: scope)
    }

    private func destination(_ call: Call, in scope: Scope = .user(7)) -> String {
        call.destination(id: call.chatID, in: scope)
    }

    @Test func `calls to one chat have the same destination, however the id is written`() throws {
        #expect(destination(try call(in: .chat(-42)), in: .chat(-42)) == "-42")
        for chat in [-42, "-42", "-042"] as [JSON] {
            #expect(try call(["chat_id": chat]).chatID == -42)
            #expect(destination(try call(["chat_id": chat])) == "-42")
        }
    }

    @Test func `a migrated chat's destination is its new id`() throws {
        #expect(try call(["chat_id": -42]).destination(id: -1005, in: .user(7)) == "-1005")
    }

    @Test func `a username is not an id`() throws {
        let named = try call(["chat_id": "@news"])
        #expect(named.chatID == nil)
        #expect(destination(named) == "@news")
    }

    @Test func `a call without a chat has its scope as the destination`() throws {
        #expect(destination(try call(method: "get_me")) == "user:7")
        #expect(destination(try call(["chat_id": true])) == "user:7")
    }

    @Test func `a chat's topics share a destination, and a call without a chat has its scope's`() throws {
        let topic = Scope.topic(chat: -100, thread: 3)
        #expect(destination(try call(method: "send_message", in: topic), in: topic) == "-100")
        #expect(destination(try call(method: "get_me", in: topic), in: topic) == "chat:-100/topic:3")
        #expect(destination(try call(method: "get_me", in: .bot), in: .bot) == "bot")
        #expect(destination(try call(["chat_id": 5], in: .bot), in: .bot) == "5")
    }

    @Test func `a business chat and the bot's own chat with the same user are different destinations`() throws
    {
        let scope = Scope.business(connection: "b1", chat: 42)
        #expect(destination(try call(method: "send_message", in: scope), in: scope) == "business:b1/chat:42")
        #expect(destination(try call(in: scope), in: scope) == "42")
    }

    @Test func `changing the chat copies the parameters, in the same order`() throws {
        let original = try call(["text": "x", "chat_id": "-42", "reply_markup": [:]], method: "send_message")
        #expect(
            original.parameters(for: -1005).description
                == #"{"text":"x","chat_id":-1005,"reply_markup":{}}"#)
        #expect(original.parameters["chat_id"] == "-42")
    }
}
