import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

/// An update's scope with each `--scope`.
@Suite struct ScopeChoiceTests {
    private struct Case {
        let kind: String
        let payload: String
        /// The scopes with `chat`, `topic` and `user`, in the form of `PIPEGRAM_SCOPE`; nil if there is none.
        let scopes: [String?]

        init(_ kind: String, _ payload: String, _ chat: String?, _ topic: String?, _ user: String?) {
            (self.kind, self.payload, scopes) = (kind, payload, [chat, topic, user])
        }
    }

    private static let group = #""chat":{"id":-100,"type":"supergroup"}"#
    private static let direct = #""direct_messages_topic":{"topic_id":4201,"user":{"id":7}}"#
    private static let ada = #"{"id":7,"first_name":"Ada"}"#
    private static let thread = #""message_thread_id":3,"is_topic_message":true"#
    private static let topic = "chat:-100/topic:3"

    /// A message from Ada in a group's topic.
    private static func inTopic(_ kind: String) -> Case {
        Case(
            kind, #"{"message_id":5,"from":\#(ada),\#(group),\#(thread)}"#, "chat:-100", topic, "user:7")
    }

    /// An update that has only a user.
    private static func ofUser(_ kind: String, _ key: String) -> Case {
        Case(kind, #"{"id":"1","\#(key)":\#(ada)}"#, "user:7", "user:7", "user:7")
    }

    /// An update that has only a chat.
    private static func ofChat(_ kind: String) -> Case {
        Case(kind, #"{\#(group),"message_id":5}"#, "chat:-100", "chat:-100", "chat:-100")
    }

    private static let known =
        ["message", "edited_message", "channel_post", "edited_channel_post", "guest_message"].map {
            inTopic($0)
        }
        + ["message_reaction_count", "chat_boost", "removed_chat_boost"].map { ofChat($0) }
        + ["my_chat_member", "chat_member", "chat_join_request", "widget_query"].map {
            Case($0, #"{\#(group),"from":\#(ada)}"#, "chat:-100", "chat:-100", "user:7")
        }
        + ["business_message", "edited_business_message"].map {
            Case(
                $0, #"{"message_id":5,"business_connection_id":"b1","from":\#(ada),\#(group),\#(thread)}"#,
                "business:b1/chat:-100", "business:b1/chat:-100", "user:7")
        }
        + [
            "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query",
            "purchased_paid_media", "shared_widget_query",
        ].map { ofUser($0, "from") }
        + ["business_connection", "managed_bot", "subscription"].map { ofUser($0, "user") } + [
            Case(
                "deleted_business_messages", #"{"business_connection_id":"b1",\#(group)}"#,
                "business:b1/chat:-100", "business:b1/chat:-100", "business:b1/chat:-100"),
            Case(
                "message_reaction", #"{\#(group),"message_id":5,"user":\#(ada)}"#, "chat:-100", "chat:-100",
                "user:7"),
            Case(
                "callback_query",
                #"{"id":"1","from":\#(ada),"message":{"message_id":5,\#(group),\#(thread)}}"#,
                "chat:-100", topic, "user:7"),
            Case("poll_answer", #"{"poll_id":"1","user":\#(ada)}"#, "user:7", "user:7", "user:7"),
            Case("poll", #"{"id":"1","type":"quiz"}"#, nil, nil, nil),
            Case(
                "stopped_message_generation", #"{\#(group),"message_thread_id":3,"draft_id":1}"#, "chat:-100",
                topic, "chat:-100"),
        ]

    private static let special = [
        // Direct messages of a channel; without a sender, as the channel itself writes them.
        Case(
            "message", #"{"message_id":5,"from":\#(ada),\#(group),\#(direct)}"#, "chat:-100/direct:4201",
            "chat:-100/direct:4201", "user:7"),
        Case(
            "edited_message", #"{"message_id":5,\#(group),\#(direct)}"#, "chat:-100/direct:4201",
            "chat:-100/direct:4201", "chat:-100/direct:4201"),
        Case(
            "callback_query", #"{"id":"1","from":\#(ada),"message":{"message_id":5,\#(group),\#(direct)}}"#,
            "chat:-100/direct:4201", "chat:-100/direct:4201", "user:7"),
        Case(
            "message_reaction", #"{\#(group),"message_id":5,"user":\#(ada)}"#, "chat:-100", "chat:-100",
            "user:7"),
        // A widget of an inline message.
        Case(
            "widget_query", #"{"id":"1","from":\#(ada),"inline_message_id":"i","type":"x","data":"y"}"#,
            "user:7", "user:7", "user:7"),
        // A reply thread in a group without topics, and General, which has no thread.
        Case(
            "message", #"{"message_id":5,"from":\#(ada),\#(group),"message_thread_id":3}"#, "chat:-100",
            "chat:-100", "user:7"),
        Case(
            "message",
            #"{"message_id":5,"from":\#(ada),\#(group),"message_thread_id":3,"is_topic_message":false}"#,
            "chat:-100", "chat:-100", "user:7"),
        Case("message", #"{"message_id":5,\#(group)}"#, "chat:-100", "chat:-100", "chat:-100"),
        Case(
            "message", #"{"message_id":5,\#(group),"message_thread_id":"3","is_topic_message":true}"#,
            "chat:-100", "chat:-100", "chat:-100"),
        Case(
            "message_reaction", #"{\#(group),"message_id":5,"actor_chat":{"id":-9}}"#, "chat:-100",
            "chat:-100", "chat:-100"),
        Case(
            "stopped_message_generation", #"{\#(group),"draft_id":1}"#, "chat:-100", "chat:-100", "chat:-100"),
        // Buttons of an inline message, of an inaccessible message and of a business account's message.
        Case("callback_query", #"{"id":"1","from":\#(ada)}"#, "user:7", "user:7", "user:7"),
        Case(
            "callback_query", #"{"id":"1","from":\#(ada),"message":{\#(group),"message_id":5,"date":0}}"#,
            "chat:-100", "chat:-100", "user:7"),
        Case(
            "callback_query",
            #"{"id":"1","from":\#(ada),"message":{"message_id":5,"business_connection_id":"b1",\#(group),\#(thread)}}"#,
            "business:b1/chat:-100", "business:b1/chat:-100", "user:7"),
        Case("poll_answer", #"{"poll_id":"1","voter_chat":{"id":-5}}"#, "chat:-5", "chat:-5", "chat:-5"),
        Case(
            "poll_answer", #"{"poll_id":"1","voter_chat":{"id":-5},"user":\#(ada)}"#, "chat:-5", "chat:-5",
            "user:7"),
    ]

    private static let tomorrow = [
        Case("brain_wave", #"{\#(group),"from":\#(ada)}"#, "chat:-100", "chat:-100", "user:7"),
        Case("brain_wave", #"{\#(group),"user":\#(ada)}"#, "chat:-100", "chat:-100", "user:7"),
        Case("brain_wave", #"{\#(group),"message_thread_id":3,"hz":40}"#, "chat:-100", topic, "chat:-100"),
        inTopic("brain_wave"),
        Case(
            "brain_wave", #"{"user":{"id":8},"message":{"message_id":5,\#(group),\#(thread)}}"#, "chat:-100",
            topic, "user:8"),
        ofUser("brain_wave", "from"), ofUser("brain_wave", "user"),
        Case("brain_wave", #"{"hz":40,"voter_chat":{"id":-5}}"#, nil, nil, nil),
        Case("brain_wave", "{}", nil, nil, nil),
    ]

    private func scope(_ kind: String, _ payload: String, _ choice: ScopeChoice) throws -> String? {
        let update = try Update(JSON(parsing: #"{"update_id":1,"\#(kind)":\#(payload)}"#))
        return IncomingEvent(update, by: choice)?.scope.description
    }

    @Test func `known and unknown kinds have the scope that protocol.md names for each --scope`() throws {
        #expect(Set(Self.known.map(\.kind)) == UpdateKinds.known)
        for update in Self.known + Self.special + Self.tomorrow {
            for (choice, expected) in zip([ScopeChoice.chat, .topic, .user], update.scopes) {
                #expect(
                    try scope(update.kind, update.payload, choice) == expected,
                    "\(choice): \(update.kind) \(update.payload)")
            }
            #expect(try scope(update.kind, update.payload, .bot) == "bot", "\(update.kind)")
        }
    }

    /// Checks the expectations of CorpusTests.
    @Test func `the expected scopes agree with these cases`() throws {
        #expect(ExpectedScope.kinds == UpdateKinds.known)
        for update in Self.known + Self.special {
            for (choice, expected) in zip([ScopeChoice.chat, .topic, .user], update.scopes) {
                let payload = try JSON(parsing: update.payload)
                #expect(
                    ExpectedScope.of(update.kind, payload, choice) == expected,
                    "\(choice): \(update.kind) \(update.payload)")
            }
        }
    }

    @Test func `a stored event gives its scope's chat or user again, with any --scope`() throws {
        for update in Self.known + Self.special + Self.tomorrow {
            for choice in ScopeChoice.allCases {
                let payload = try JSON(parsing: update.payload)
                guard let route = Route(kind: update.kind, payload: payload, by: choice) else { continue }
                let found = Route(kind: update.kind, payload: payload, of: route.scope)
                #expect(found?.key == route.key, "\(choice): \(update.kind) \(update.payload)")
                #expect(found?.party == route.party)
            }
        }
        let query: JSON = [
            "from": ["id": 7], "message": ["chat": ["id": 42], "business_connection_id": "b1"],
        ]
        // An older version used the bot's own chat.
        #expect(Route(kind: "callback_query", payload: query, of: .chat(42))?.party == ["id": 42])
    }
}
