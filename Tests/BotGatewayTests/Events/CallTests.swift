import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct CallTests {
    private let methods: [BotAPIMethod]
    private let chat = Scope.chat(42)
    private let business = Scope.business(connection: "b1", chat: 42)
    private let topic = Scope.topic(chat: -100, thread: 3)

    init() throws { methods = try BotAPIMethod.all() }

    private func call(_ type: String, _ parameters: JSON = [:], in scope: Scope) -> Call? {
        try? Call(type: type, parameters: parameters, id: nil, in: scope)
    }

    private func filledIn(_ method: BotAPIMethod, _ given: JSON = [:], in scope: Scope) -> JSON? {
        call(method.type, given, in: scope)?.parameters
    }

    @Test func `every method of the Bot API has a name in snake_case`() {
        #expect(methods.count == 192)
        for method in methods {
            #expect(call(method.type, in: chat)?.method == method.name)
        }
    }

    @Test func `an unknown method is passed on`() {
        let call = call("telegram.read_mind_2_of_7", ["user_id": 5], in: .user(7))
        #expect(call?.method == "readMind2Of7")
        #expect(call?.parameters == ["user_id": 5])
    }

    @Test
    func `chat_id defaults in methods that require it and in edit methods, and in no other`() {
        for method in methods {
            let isFilledIn = method.requires("chat_id") || method.takesChatOrInline
            #expect(filledIn(method, in: chat) == (isFilledIn ? ["chat_id": 42] : [:]), "\(method.name)")
        }
    }

    @Test func `chat_id has no default where it is optional and means something else`() {
        for type in [
            "set_chat_menu_button", "get_chat_menu_button", "send_gift", "gift_premium_subscription",
        ] {
            #expect(call("telegram.\(type)", in: chat)?.parameters == [:])
        }
    }

    @Test func `with inline_message_id edit methods need no chat`() {
        for method in methods where method.takesChatOrInline {
            for scope in [chat, .user(7)] {
                #expect(
                    filledIn(method, ["inline_message_id": "i1"], in: scope) == ["inline_message_id": "i1"])
            }
            #expect(
                filledIn(method, ["inline_message_id": .null], in: chat) == ["chat_id": 42], "\(method.name)")
        }
    }

    @Test func `in the scope of a user or the bot, a call without a required chat is refused`() {
        for method in methods {
            let needsChat = method.requires("chat_id") || method.takesChatOrInline
            for scope in [Scope.user(7), .bot] {
                #expect((filledIn(method, in: scope) == nil) == needsChat, "\(method.name)")
                #expect(filledIn(method, ["chat_id": 5], in: scope) == ["chat_id": 5])
            }
        }
    }

    @Test func `a given chat is not replaced`() {
        let numbered = call("telegram.send_message", ["chat_id": -5, "text": "x"], in: chat)
        #expect(numbered?.parameters.description == #"{"chat_id":-5,"text":"x"}"#)
        let named = call("telegram.send_message", ["text": "x", "chat_id": "@news"], in: chat)
        #expect(named?.parameters["chat_id"] == "@news")
    }

    @Test func `in a business chat business_connection_id defaults like chat_id`() {
        // An invoice link of a business account only takes Stars, so the connection is left to the bot.
        for method in methods where method.name != "createInvoiceLink" {
            let filledIn = filledIn(method, in: business)
            #expect(
                filledIn?["business_connection_id"] == (method.has("business_connection_id") ? "b1" : nil),
                "\(method.name)")
            let takesChat = method.requires("chat_id") || method.takesChatOrInline
            #expect(filledIn?["chat_id"] == (takesChat ? 42 : nil), "\(method.name)")
        }
        let other = call("telegram.send_message", ["business_connection_id": "b2"], in: business)
        #expect(other?.parameters["business_connection_id"] == "b2")
    }

    @Test func `in a topic message_thread_id defaults like chat_id, if the method takes it`() {
        #expect(methods.count { $0.has("message_thread_id") } == 34)
        for method in methods {
            let takesChat = method.requires("chat_id") || method.takesChatOrInline
            var expected = takesChat ? #""chat_id":-100"# : ""
            if method.has("message_thread_id") { expected = #""message_thread_id":3,"# + expected }
            #expect(filledIn(method, in: topic)?.description == "{\(expected)}", "\(method.name)")
        }
        let other = call("telegram.send_message", ["message_thread_id": 4], in: topic)
        #expect(other?.parameters == ["message_thread_id": 4, "chat_id": -100])
    }

    @Test func `in direct messages direct_messages_topic_id defaults likewise`() {
        let direct = Scope.direct(chat: -100, topic: 4201)
        #expect(methods.count { $0.has("direct_messages_topic_id") } == 22)
        for method in methods {
            let takesChat = method.requires("chat_id") || method.takesChatOrInline
            var expected = takesChat ? #""chat_id":-100"# : ""
            if method.has("direct_messages_topic_id") {
                expected = #""direct_messages_topic_id":4201,"# + expected
            }
            #expect(filledIn(method, in: direct)?.description == "{\(expected)}", "\(method.name)")
            for scope in [chat, topic, business] {
                #expect(filledIn(method, in: scope)?["direct_messages_topic_id"] == nil, "\(method.name)")
            }
        }
        let send = { (given: JSON) in call("telegram.send_message", given, in: direct)?.parameters }
        #expect(
            send(["direct_messages_topic_id": 5]) == ["direct_messages_topic_id": 5, "chat_id": -100])
        #expect(send(["direct_messages_topic_id": .null]) == ["chat_id": -100])
        #expect(send(["chat_id": "-100"])?["direct_messages_topic_id"] == 4201)
        for other in [42, "@forum"] as [JSON] { #expect(send(["chat_id": other]) == ["chat_id": other]) }
    }

    @Test func `in an ephemeral answer to a callback query nothing is filled in and nothing refused`() {
        let methods = ["message", "photo", "rich_message", "sticker"].map { "telegram.send_\($0)" }
        let scopes = [
            chat, topic, business, .direct(chat: -100, topic: 4201), Scope.user(7), .bot,
        ]
        for parameters in [["callback_query_id": "5"], #"{"callback_query_id":"5"}"#] as [JSON] {
            let given: JSON = ["ephemeral_message_parameters": parameters]
            for scope in scopes {
                for method in methods {
                    #expect(call(method, given, in: scope)?.parameters == given, "\(method) in \(scope)")
                }
            }
        }
        // With a receiver, the scope's chat is meant.
        for parameters in [["receiver_user_id": 7], ["receiver_user_id": 7, "callback_query_id": "5"]]
            as [JSON]
        {
            let call = call(
                "telegram.send_message", ["ephemeral_message_parameters": parameters], in: topic)
            #expect(call?.parameters["chat_id"] == -100)
            #expect(call?.parameters["message_thread_id"] == 3)
        }
    }

    @Test func `the topic and the connection default only for the scope's own chat`() {
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

    @Test func `a null topic or connection is left out, which means General or the bot's own chat`() {
        let general = call("telegram.send_message", ["message_thread_id": .null], in: topic)
        #expect(general?.parameters == ["chat_id": -100])
        let own = call("telegram.send_message", ["business_connection_id": .null], in: business)
        #expect(own?.parameters == ["chat_id": 42])
    }

    @Test func `outside topics message_thread_id has no default`() {
        for method in methods {
            for scope in [chat, business, .user(7), .bot] {
                #expect(filledIn(method, ["chat_id": 42], in: scope)?["message_thread_id"] == nil)
            }
        }
    }

    @Test func `outside business chats business_connection_id has no default`() {
        for method in methods {
            #expect(filledIn(method, ["chat_id": 5], in: chat)?["business_connection_id"] == nil)
        }
    }

    @Test func `a null parameter is left out, and nested nulls stay`() {
        let given: JSON = [
            "text": "x", "reply_markup": .null, "parse_mode": .null, "link": ["a": .null], "l": [.null],
        ]
        #expect(
            call("telegram.send_message", given, in: chat)?.parameters.description
                == #"{"chat_id":42,"text":"x","link":{"a":null},"l":[null]}"#)
    }

    @Test func `a null chat_id means the scope's chat`() {
        #expect(call("telegram.leave_chat", ["chat_id": .null], in: chat)?.parameters == ["chat_id": 42])
        #expect(call("telegram.leave_chat", ["chat_id": .null], in: .user(7)) == nil)
        let draft = call("telegram.get_me", ["chat_id": .null], in: chat)
        #expect(draft?.parameters == [:])
    }

    // MARK: the call's line

    @Test func `a call's line is in a child's form, with all defaults filled in`() {
        let call = ChildLine(#"{"text":"hi","id":"a1","type":"telegram.send_message","x":null}"#).call
        #expect(
            call?.line.description == #"{"type":"telegram.send_message","chat_id":42,"text":"hi","id":"a1"}"#)
    }

    @Test func `parameters with the names of the line's own keys go to params`() {
        for clash in [#""type":"quiz""#, #""id":5"#, #""params":{}"#] {
            let call = ChildLine(#"{"type":"telegram.send_poll","params":{"question":"?",\#(clash)},"id":1}"#)
                .call
            #expect(
                call?.line.description
                    == #"{"type":"telegram.send_poll","params":{"chat_id":42,"question":"?",\#(clash)},"id":1}"#
            )
        }
    }

    @Test func `a call's line parses as the same call`() {
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
