import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct ChildEnvironmentTests {
    private func variables(
        _ gateway: [String], _ update: JSON, by choice: ScopeChoice = .chat
    ) throws -> [String] {
        let environment = ChildEnvironment(
            gateway: gateway, isSecret: try BotToken("7:secret").isIn,
            bot: ["id": 7, "username": "demo_bot"],
            version: "1.2.3")
        return environment.variables(
            for: ScopeLine(openedBy: try #require(IncomingEvent(try Update(update), by: choice))))
    }

    @Test func `a chat's child knows its chat`() throws {
        let variables = try variables(
            ["A=b"], ["update_id": 1, "message": ["chat": ["id": -100, "type": "supergroup"]]])
        #expect(
            variables == [
                "A=b", "PYTHONUNBUFFERED=1", "PIPEGRAM_VERSION=1.2.3", "PIPEGRAM_BOT_ID=7",
                "PIPEGRAM_BOT_USERNAME=demo_bot", "PIPEGRAM_SCOPE=chat:-100", "PIPEGRAM_CHAT_ID=-100",
                "PIPEGRAM_CHAT_TYPE=supergroup",
            ])
    }

    @Test func `a user's child knows its user`() throws {
        let variables = try variables(
            [], ["update_id": 1, "inline_query": ["from": ["id": 5], "query": ""]])
        #expect(variables.suffix(2) == ["PIPEGRAM_SCOPE=user:5", "PIPEGRAM_USER_ID=5"])
    }

    @Test func `a business chat's child knows its chat, and its connection by the scope`() throws {
        let variables = try variables(
            [],
            [
                "update_id": 1,
                "business_message": ["business_connection_id": "c", "chat": ["id": 5, "type": "private"]],
            ])
        #expect(
            variables.suffix(3) == [
                "PIPEGRAM_SCOPE=business:c/chat:5", "PIPEGRAM_CHAT_ID=5", "PIPEGRAM_CHAT_TYPE=private",
            ])
    }

    @Test func `a topic's child knows its chat, a sender's its user, and the bot's neither`() throws {
        let update: JSON = [
            "update_id": 1,
            "message": [
                "message_id": 5, "chat": ["id": -100, "type": "supergroup"], "from": ["id": 7],
                "message_thread_id": 3, "is_topic_message": true,
            ],
        ]
        let topic = try variables([], update, by: .topic)
        #expect(
            topic.suffix(3) == [
                "PIPEGRAM_SCOPE=chat:-100/topic:3", "PIPEGRAM_CHAT_ID=-100", "PIPEGRAM_CHAT_TYPE=supergroup",
            ])
        let common = topic.dropLast(3)
        #expect(
            try variables([], update, by: .user) == common + ["PIPEGRAM_SCOPE=user:7", "PIPEGRAM_USER_ID=7"])
        #expect(try variables([], update, by: .bot) == common + ["PIPEGRAM_SCOPE=bot"])
    }

    @Test func `a child in direct messages knows its chat, and its topic by the scope`() throws {
        let variables = try variables(
            [],
            [
                "update_id": 1,
                "message": [
                    "message_id": 5, "chat": ["id": -100, "type": "supergroup"], "from": ["id": 7],
                    "direct_messages_topic": ["topic_id": 4201],
                ],
            ])
        #expect(
            variables.suffix(3) == [
                "PIPEGRAM_SCOPE=chat:-100/direct:4201", "PIPEGRAM_CHAT_ID=-100",
                "PIPEGRAM_CHAT_TYPE=supergroup",
            ])
    }

    @Test func `the token isn't passed on, and the user's own buffering settings are kept`() throws {
        let variables = try variables(
            [
                "TELEGRAM_BOT_TOKEN=7:secret", "TELEGRAM_BOT_TOKEN_OLD=x", "COPY=Bearer 7:secret",
                "PYTHONUNBUFFERED=", "PIPEGRAM_CHAT_ID=999",
            ], ["update_id": 1, "message": ["chat": ["id": 1]]])
        #expect(!variables.contains { $0.contains("secret") || $0.hasPrefix("TELEGRAM_BOT_TOKEN") })
        #expect(variables.contains("PYTHONUNBUFFERED="))
        #expect(!variables.contains("PYTHONUNBUFFERED=1"))
        #expect(!variables.contains("PIPEGRAM_CHAT_ID=999"))
    }
}
