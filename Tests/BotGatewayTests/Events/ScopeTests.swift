import Testing

@testable import BotGateway

@Suite struct ScopeTests {
    @Test func `a scope is written as PIPEGRAM_SCOPE has it`() {
        #expect(Scope.chat(42).description == "chat:42")
        #expect(Scope.chat(-1_001_234_567_890).description == "chat:-1001234567890")
        #expect(Scope.user(7).description == "user:7")
        #expect(
            Scope.business(connection: "CONNECTION", chat: 42).description
                == "business:CONNECTION/chat:42")
    }

    @Test func `calls default to the chat of a chat and of a business chat, a user has none`() {
        #expect(Scope.chat(-5).chat == -5)
        #expect(Scope.business(connection: "b1", chat: 42).chat == 42)
        #expect(Scope.user(7).chat == nil)
    }

    @Test func `a chat, a user and business chats of the same number are scopes of their own`() {
        let scopes: Set<Scope> = [
            .chat(42), .user(42), .business(connection: "b1", chat: 42),
            .business(connection: "b2", chat: 42), .chat(42),
        ]
        #expect(scopes.count == 4)
    }
}
