import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct CallTests {
    private let chat = Scope.chat(42)
    private let business = Scope.business(connection: "b1", chat: 42)
    private let topic = Scope.topic(chat: -100, thread: 3)

    private func call(_ type: String, _ parameters: JSON = [:], in scope: Scope) -> Call? {
        try? Call(type: type, parameters: parameters, id: nil, in: scope)
    }

    private func filledIn(_ method: BotAPIMethod, _ given: JSON = [:], in scope: Scope) -> JSON? {
        call("telegram.\(method.snakeCase)", given, in: scope)?.parameters
    }

    @Test func `every method of the Bot API is written in snake_case`() {
        #expect(BotAPIMethod.all.count == 185)
        for method in BotAPIMethod.all {
            #expect(call("telegram.\(method.snakeCase)", in: chat)?.method == String(method.name))
        }
    }

    @Test func `a method that Telegram invents tomorrow is passed on`() {
        let call = call("telegram.read_mind_2_of_7", ["user_id": 5], in: .user(7))
        #expect(call?.method == "readMind2Of7")
        #expect(call?.parameters == ["user_id": 5])
    }

    @Test
    func `chat_id defaults for the methods that require one, and for the edit family, and for no other`() {
        for method in BotAPIMethod.all {
            let isFilledIn = method.requiresChat || method.takesChatOrInline
            #expect(filledIn(method, in: chat) == (isFilledIn ? ["chat_id": 42] : [:]), "\(method.name)")
        }
    }

    @Test func `chat_id does not default where it is optional and means something else`() {
        for type in [
            "set_chat_menu_button", "get_chat_menu_button", "send_gift", "gift_premium_subscription",
        ] {
            #expect(call("telegram.\(type)", in: chat)?.parameters == [:])
        }
    }

    @Test func `with inline_message_id the edit family needs no chat`() {
        for method in BotAPIMethod.all where method.takesChatOrInline {
            for scope in [chat, .user(7)] {
                #expect(
                    filledIn(method, ["inline_message_id": "i1"], in: scope) == ["inline_message_id": "i1"])
            }
            #expect(
                filledIn(method, ["inline_message_id": .null], in: chat) == ["chat_id": 42], "\(method.name)")
        }
    }

    @Test func `in a user's and the bot's scope a call that needs a chat and names none is refused`() {
        for method in BotAPIMethod.all {
            let needsChat = method.requiresChat || method.takesChatOrInline
            for scope in [Scope.user(7), .bot] {
                #expect((filledIn(method, in: scope) == nil) == needsChat, "\(method.name)")
                #expect(filledIn(method, ["chat_id": 5], in: scope) == ["chat_id": 5])
            }
        }
    }

    @Test func `a chat that is named is not replaced`() {
        let numbered = call("telegram.send_message", ["chat_id": -5, "text": "x"], in: chat)
        #expect(numbered?.parameters.description == #"{"chat_id":-5,"text":"x"}"#)
        let named = call("telegram.send_message", ["text": "x", "chat_id": "@news"], in: chat)
        #expect(named?.parameters["chat_id"] == "@news")
    }

    @Test func `in a business chat business_connection_id defaults like chat_id`() {
        // An invoice link of a business account takes Stars only: it stays a choice.
        for method in BotAPIMethod.all where method.name != "createInvoiceLink" {
            let filledIn = filledIn(method, in: business)
            #expect(
                filledIn?["business_connection_id"] == (method.takesBusinessConnection ? "b1" : nil),
                "\(method.name)")
            let takesChat = method.requiresChat || method.takesChatOrInline
            #expect(filledIn?["chat_id"] == (takesChat ? 42 : nil), "\(method.name)")
        }
        let other = call("telegram.send_message", ["business_connection_id": "b2"], in: business)
        #expect(other?.parameters["business_connection_id"] == "b2")
    }

    @Test func `in a topic message_thread_id defaults like chat_id, where the method has one`() {
        #expect(BotAPIMethod.all.count(where: \.takesTopic) == 32)
        for method in BotAPIMethod.all {
            let takesChat = method.requiresChat || method.takesChatOrInline
            var expected = takesChat ? #""chat_id":-100"# : ""
            if method.takesTopic { expected = #""message_thread_id":3,"# + expected }
            #expect(filledIn(method, in: topic)?.description == "{\(expected)}", "\(method.name)")
        }
        let other = call("telegram.send_message", ["message_thread_id": 4], in: topic)
        #expect(other?.parameters == ["message_thread_id": 4, "chat_id": -100])
    }

    @Test func `a topic and a connection are those of the scope's chat, and not filled in for another`() {
        for own in [-100, "-100", .null] as [JSON] {
            let call = call("telegram.send_message", ["chat_id": own], in: topic)
            #expect(call?.parameters["message_thread_id"] == 3, "\(own)")
            #expect(call?.chatID == -100)
        }
        for other in [42, "42", "@forum", "", 4.5, true] as [JSON] {
            #expect(
                call("telegram.send_message", ["chat_id": other], in: topic)?.parameters
                    == ["chat_id": other])
        }
        for own in [42, "42", .null] as [JSON] {
            let call = call("telegram.send_message", ["chat_id": own], in: business)
            #expect(call?.parameters["business_connection_id"] == "b1", "\(own)")
        }
        for other in [43, "-42", "@news"] as [JSON] {
            #expect(
                call("telegram.send_message", ["chat_id": other], in: business)?.parameters
                    == ["chat_id": other])
        }
    }

    @Test func `a topic or a connection of null is left out: General, the bot's own chat`() {
        let general = call("telegram.send_message", ["message_thread_id": .null], in: topic)
        #expect(general?.parameters == ["chat_id": -100])
        let own = call("telegram.send_message", ["business_connection_id": .null], in: business)
        #expect(own?.parameters == ["chat_id": 42])
    }

    @Test func `outside topics message_thread_id is never filled in`() {
        for method in BotAPIMethod.all {
            for scope in [chat, business, .user(7), .bot] {
                #expect(filledIn(method, ["chat_id": 42], in: scope)?["message_thread_id"] == nil)
            }
        }
    }

    @Test func `outside business chats business_connection_id is never filled in`() {
        for method in BotAPIMethod.all {
            #expect(filledIn(method, ["chat_id": 5], in: chat)?["business_connection_id"] == nil)
        }
    }

    @Test func `a parameter that is null is left out, deeper nulls stay`() {
        let given: JSON = [
            "text": "x", "reply_markup": .null, "parse_mode": .null, "link": ["a": .null], "l": [.null],
        ]
        #expect(
            call("telegram.send_message", given, in: chat)?.parameters.description
                == #"{"chat_id":42,"text":"x","link":{"a":null},"l":[null]}"#)
    }

    @Test func `a chat_id of null is the scope's`() {
        #expect(call("telegram.leave_chat", ["chat_id": .null], in: chat)?.parameters == ["chat_id": 42])
        #expect(call("telegram.leave_chat", ["chat_id": .null], in: .user(7)) == nil)
        let draft = call("telegram.get_me", ["chat_id": .null], in: chat)
        #expect(draft?.parameters == [:])
    }

    // MARK: said again

    @Test func `a call's line is one that a child could have written, everything filled in`() {
        let call = ChildLine(#"{"text":"hi","id":"a1","type":"telegram.send_message","x":null}"#).call
        #expect(
            call?.line.description == #"{"type":"telegram.send_message","chat_id":42,"text":"hi","id":"a1"}"#)
    }

    @Test func `parameters that clash with the line's own keys go to params`() {
        for clash in [#""type":"quiz""#, #""id":5"#, #""params":{}"#] {
            let call = ChildLine(#"{"type":"telegram.send_poll","params":{"question":"?",\#(clash)},"id":1}"#)
                .call
            #expect(
                call?.line.description
                    == #"{"type":"telegram.send_poll","params":{"chat_id":42,"question":"?",\#(clash)},"id":1}"#
            )
        }
    }

    @Test func `a call's line reads as the same call`() {
        let lines = [
            #"{"type":"telegram.get_me"}"#, #"{"type":"telegram.send_message","text":"hi","id":1.5}"#,
            #"{"type":"telegram.send_poll","params":{"type":"quiz","id":"x","params":[1]},"id":"a"}"#,
            #"{"type":"telegram.send_message","chat_id":"@news","business_connection_id":"b2"}"#,
            #"{"type":"telegram.send_message","message_thread_id":null,"business_connection_id":null}"#,
        ]
        for line in lines {
            for scope in [chat, business, topic] {
                let call = ChildLine(line, in: scope).call
                let again = ChildLine(call?.line.description ?? "", in: nil).call
                #expect(call != nil)
                #expect(again?.type == call?.type)
                #expect(again?.parameters.description == call?.parameters.description)
                #expect(again?.id == call?.id)
            }
        }
    }
}
