import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct ScopeLineTests {
    private func line(
        _ kind: String, _ payload: String, by choice: ScopeChoice = .chat, state: JSON? = nil
    ) throws -> String {
        let event = try #require(try event(kind, payload, by: choice))
        let bot: JSON = ["id": 7, "is_bot": true, "first_name": "Demo", "username": "demo_bot"]
        return String(decoding: ScopeLine(openedBy: event).bytes(bot: bot, state: state), as: UTF8.self)
    }

    private func event(
        _ kind: String, _ payload: String, by choice: ScopeChoice = .chat
    ) throws -> IncomingEvent? {
        IncomingEvent(try Update(JSON(parsing: #"{"update_id":1,"\#(kind)":\#(payload)}"#)), by: choice)
    }

    private let bot = #""bot":{"id":7,"is_bot":true,"first_name":"Demo","username":"demo_bot"}"#

    @Test func `a chat's scope line is exactly the protocol's`() throws {
        #expect(
            try line("message", #"{"message_id":5,"chat":{"id":42,"type":"private","first_name":"Ada"}}"#)
                == #"{"type":"telegram","chat":{"id":42,"type":"private","first_name":"Ada"},"spec_version":"1.0","#
                + bot + "}\n")
    }

    @Test func `a user's scope line has a user and no chat`() throws {
        #expect(
            try line("inline_query", #"{"id":"1","from":{"id":9,"first_name":"Ada"},"query":""}"#)
                == #"{"type":"telegram","user":{"id":9,"first_name":"Ada"},"spec_version":"1.0","# + bot
                + "}\n")
    }

    @Test func `a voting chat has a chat's scope line`() throws {
        let line = try JSON(parsing: line("poll_answer", #"{"voter_chat":{"id":-5,"type":"channel"}}"#))
        #expect(line["chat"] == ["id": -5, "type": "channel"])
        #expect(line["user"] == nil)
    }

    @Test func `a business chat's scope line has its business_connection_id`() throws {
        #expect(
            try line("business_message", #"{"business_connection_id":"b1","chat":{"id":42}}"#)
                == #"{"type":"telegram","chat":{"id":42},"business_connection_id":"b1","spec_version":"1.0","#
                + bot + "}\n")
    }

    @Test func `a topic's scope line has its message_thread_id after its chat`() throws {
        let message =
            #"{"message_id":5,"message_thread_id":3,"is_topic_message":true,"chat":{"id":-100},"from":{"id":7}}"#
        let ofTopic =
            #"{"type":"telegram","chat":{"id":-100},"message_thread_id":3,"spec_version":"1.0","# + bot
            + "}\n"
        #expect(try line("message", message, by: .topic) == ofTopic)
        #expect(try line("callback_query", #"{"message":\#(message)}"#, by: .topic) == ofTopic)
        #expect(try !line("message", message).contains("message_thread_id"))
    }

    @Test func `in direct messages the scope line has their direct_messages_topic_id after the chat`() throws
    {
        let message =
            #"{"message_id":5,"direct_messages_topic":{"topic_id":4201},"chat":{"id":-100},"from":{"id":7}}"#
        let ofTopic =
            #"{"type":"telegram","chat":{"id":-100},"direct_messages_topic_id":4201,"spec_version":"1.0","#
            + bot + "}\n"
        for choice in [ScopeChoice.chat, .topic] {
            #expect(try line("message", message, by: choice) == ofTopic)
            #expect(try line("callback_query", #"{"message":\#(message)}"#, by: choice) == ofTopic)
        }
        #expect(try !line("message", message, by: .user).contains("direct_messages"))
    }

    @Test func `typing can be shown in private chats and groups, not in channels and direct messages`() throws
    {
        func showsTyping(_ kind: String, _ payload: String, by choice: ScopeChoice = .chat) throws -> Bool {
            ScopeLine(openedBy: try #require(try event(kind, payload, by: choice))).showsTyping
        }
        let group = #""chat":{"id":-100,"type":"supergroup"}"#
        #expect(try showsTyping("message", #"{"chat":{"id":42,"type":"private"}}"#))
        #expect(try showsTyping("message", "{\(group)}"))
        #expect(try !showsTyping("channel_post", #"{"chat":{"id":-100,"type":"channel"}}"#))
        #expect(try !showsTyping("message", #"{\#(group),"direct_messages_topic":{"topic_id":4201}}"#))
        let reaction = #"{"chat":{"id":-100,"type":"supergroup","is_direct_messages":true}}"#
        #expect(try !showsTyping("message_reaction", reaction))
        #expect(try !showsTyping("inline_query", #"{"from":{"id":7}}"#))
        #expect(try !showsTyping("message", "{\(group)}", by: .bot))
    }

    @Test func `with --scope user the scope line has the sender, in any chat`() throws {
        let ofUser = #"{"type":"telegram","user":{"id":7},"spec_version":"1.0","# + bot + "}\n"
        #expect(try line("message", #"{"chat":{"id":-100},"from":{"id":7}}"#, by: .user) == ofUser)
        #expect(
            try line("message_reaction", #"{"chat":{"id":-100},"user":{"id":7}}"#, by: .user) == ofUser)
        #expect(
            try line("channel_post", #"{"chat":{"id":-100}}"#, by: .user)
                == #"{"type":"telegram","chat":{"id":-100},"spec_version":"1.0","# + bot + "}\n")
    }

    @Test func `the whole bot's scope line has neither chat nor user`() throws {
        for (kind, payload) in [
            ("message", #"{"chat":{"id":-100},"from":{"id":7}}"#), ("poll", #"{"id":"1","type":"quiz"}"#),
        ] {
            #expect(
                try line(kind, payload, by: .bot, state: 5)
                    == #"{"type":"telegram","spec_version":"1.0","# + bot + #","state":5}"# + "\n")
        }
    }

    @Test func `no other scope line has business_connection_id`() throws {
        let line = try line("message", #"{"business_connection_id":"b1","chat":{"id":42}}"#)
        #expect(!line.contains("business_connection_id"))
    }

    @Test func `the scope's stored value becomes state, whatever its type`() throws {
        let chat = #"{"chat":{"id":42}}"#
        #expect(
            try line("message", chat, state: ["step": 2]).hasSuffix(bot + #","state":{"step":2}}"# + "\n"))
        #expect(try line("message", chat, state: 5).hasSuffix(#","state":5}"# + "\n"))
        #expect(try !line("message", chat).contains("state"))
    }

    @Test func `a scope line is one line of raw UTF-8`() throws {
        let line = try line("message", #"{"chat":{"id":42,"title":"a\n\u043f\u0440\ud83d\ude00\u2028"}}"#)
        #expect(line.utf8.count { $0 == 0x0A } == 1)
        #expect(line.contains("a\\nпр😀\u{2028}"))
    }

    @Test func `a chat has a type, and a user has none`() throws {
        let message = try #require(try event("message", #"{"chat":{"id":-5,"type":"supergroup"}}"#))
        let query = try #require(try event("inline_query", #"{"from":{"id":5,"type":"robot"}}"#))
        #expect(ScopeLine(openedBy: message).chatType == "supergroup")
        #expect(ScopeLine(openedBy: query).chatType == nil)
    }
}
