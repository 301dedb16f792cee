import Testing

@testable import BotGateway

@Suite struct ScopeTests {
    private static let texts: [(Scope, String)] = [
        (.chat(42), "chat:42"), (.chat(-1_001_234_567_890), "chat:-1001234567890"),
        (.chat(.min), "chat:-9223372036854775808"), (.topic(chat: -100, thread: 3), "chat:-100/topic:3"),
        (.topic(chat: 42, thread: .max), "chat:42/topic:9223372036854775807"), (.user(7), "user:7"),
        (.direct(chat: -1_001_234, topic: 4201), "chat:-1001234/direct:4201"),
        (.direct(chat: -4_000_000_000_000, topic: .max), "chat:-4000000000000/direct:9223372036854775807"),
        (.business(connection: "x/chat:-1/direct:3", chat: 42), "business:x/chat:-1/direct:3/chat:42"),
        (.business(connection: "CONNECTION", chat: 42), "business:CONNECTION/chat:42"),
        (.business(connection: "a/b", chat: -5), "business:a/b/chat:-5"),
        (.business(connection: "x/chat:-1/topic:3", chat: 42), "business:x/chat:-1/topic:3/chat:42"),
        (.business(connection: "\u{301}e\u{600}", chat: 42), "business:\u{301}e\u{600}/chat:42"),
        (.business(connection: "", chat: 42), "business:/chat:42"), (.bot, "bot"),
    ]

    @Test func `a scope is written in the form of PIPEGRAM_SCOPE and parsed back`() {
        for (scope, text) in Self.texts {
            #expect(scope.description == text)
            #expect(Scope(text) == scope)
        }
    }

    @Test func `text that isn't a scope is refused`() {
        for text in [
            "", "chat", "chat:", "chat:x", "chat:9223372036854775808", "user:", "user:7/topic:3", "topic:3",
            "chat:-100/topic:", "chat:-100/topic:x", "chat:/topic:3", "chat:-100/chat:3",
            "chat:1/topic:2/topic:3", "chat:-100/direct:", "chat:-100/direct:x", "direct:3",
            "user:7/direct:3",
            "chat:1/direct:2/direct:3",
            "chat:-100/topic:3/", "business:b1", "business:b1/user:7", "business:b1/chat:", "bots", "bot:7",
            "/",
        ] {
            #expect(Scope(text) == nil, "\(text)")
        }
    }

    @Test func `chats, topics and business chats have a default chat for calls, other scopes don't`() {
        #expect(Scope.chat(-5).chat == -5)
        #expect(Scope.topic(chat: -5, thread: 3).chat == -5)
        #expect(Scope.direct(chat: -5, topic: 3).chat == -5)
        #expect(Scope.business(connection: "b1", chat: 42).chat == 42)
        #expect(Scope.user(7).chat == nil)
        #expect(Scope.bot.chat == nil)
    }

    @Test func `a chat, its topics, a user and business chats with the same id are different scopes`() {
        let scopes: Set<Scope> = [
            .chat(42), .user(42), .business(connection: "b1", chat: 42),
            .business(connection: "b2", chat: 42), .chat(42), .topic(chat: 42, thread: 1),
            .topic(chat: 42, thread: 2), .direct(chat: 42, topic: 1), .bot,
        ]
        #expect(scopes.count == 8)
    }
}
