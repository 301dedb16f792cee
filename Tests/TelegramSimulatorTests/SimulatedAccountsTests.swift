import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedAccountsTests {
    private let world: SimulatedWorld

    init() throws { world = try TestRig().world() }

    private func file(_ part: String, _ size: Int = 9) -> ReceivedFile {
        ReceivedFile(part: part, name: part, bytes: [UInt8](repeating: 0, count: size))
    }

    @Test func `profile photos are listed, the newest first`() throws {
        try world.act("setProfilePhoto", files: [file("photo", 10)])
        try world.act("setProfilePhoto", files: [file("photo", 20)])
        let photos = try world.call("getUserProfilePhotos", ["user_id": 42])
        #expect(photos["total_count"] == 2)
        #expect(photos["photos"]?.elements.map { $0[0]?["file_size"] } == [20, 10])
        let second = try world.call("getUserProfilePhotos", ["user_id": 42, "offset": 1, "limit": 1])
        #expect(second["photos"]?.elements.map { $0[0]?["file_size"] } == [10])
        try world.act("start")
        let newest = photos["photos"]?[0]?[0]?["file_id"]
        #expect(try world.call("getChat", ["chat_id": 42])["photo"]?["big_file_id"] == newest)
    }

    @Test func `the bot sets and removes its photo`() throws {
        let photo: JSON = ["photo": ["type": "static", "photo": "attach://x"]]
        try world.call("setMyProfilePhoto", photo, files: [file("x")])
        #expect(try world.call("getUserProfilePhotos", ["user_id": 7])["total_count"] == 1)
        try world.call("removeMyProfilePhoto", [:])
        try world.call("removeMyProfilePhoto", [:])
        #expect(try world.call("getUserProfilePhotos", ["user_id": 7])["total_count"] == 0)
        let sent: JSON = ["photo": ["type": "static", "photo": "AgAD"]]
        #expect(world.refusal("setMyProfilePhoto", sent)?.contains("must be uploaded") == true)
    }

    @Test func `a personal channel shows its latest messages`() throws {
        let channel = try world.act("createChannel")["id"] ?? .null
        for text in ["a", "b", "c"] as [JSON] {
            try world.act("sendMessage", ["chat_id": channel, "text": text])
        }
        let request: JSON = ["user_id": 42, "limit": 2]
        #expect(try world.call("getUserPersonalChatMessages", request) == [])
        try world.act("setPersonalChannel", ["chat_id": channel])
        let messages = try world.call("getUserPersonalChatMessages", request)
        #expect(messages.elements.map { $0["text"] } == ["b", "c"])
        #expect(world.failure("setPersonalChannel", ["chat_id": channel], as: 43) != nil)
        try world.act("setPersonalChannel")
        #expect(try world.call("getUserPersonalChatMessages", request) == [])
    }

    // MARK: games

    @Test func `a game is sent as it was created, and scores are kept`() throws {
        try world.act("start")
        try world.act(
            "createGame", ["game_short_name": "g", "title": "Game", "description": "d"],
            files: [file("photo")])
        let keyboard: JSON = ["inline_keyboard": [[["text": "Play", "callback_game": [:]]]]]
        let play: JSON = ["chat_id": 42, "game_short_name": "g", "reply_markup": keyboard]
        let sent = try world.call("sendGame", play)
        #expect(sent["game"]?["title"] == "Game")
        #expect(sent["game"]?["photo"]?[0]?["file_size"] == 9)
        #expect(try world.act("pressButton", ["button": 1])["game_short_name"] == "g")
        var score: JSON = [
            "chat_id": 42, "user_id": 42, "message_id": sent["message_id"] ?? .null, "score": 5,
        ]
        #expect(try world.call("setGameScore", score)["game"]?["text"]?.string?.hasSuffix(" 5") == true)
        #expect(world.refusal("setGameScore", score) == "400 Bad Request: BOT_SCORE_NOT_MODIFIED")
        score.merge(["score": 3, "force": true])
        try world.call("setGameScore", score)
        let best = try world.call("getGameHighScores", score)
        #expect(best.elements.map { $0["score"] } == [3])
        #expect(best[0]?["user"]?["id"] == 42)
        #expect(try world.call("sendGame", play)["game"]?["text"]?.string?.hasSuffix(" 3") == true)
        #expect(try world.call("sendGame", ["chat_id": 42, "game_short_name": "x"])["game"]?["title"] == "x")
    }

    // MARK: link previews

    @Test func `a message with a link names the link of its preview`() throws {
        try world.act("start")
        func preview(_ parameters: JSON) throws -> JSON? {
            var message: JSON = ["chat_id": 42, "text": "see https://a.example/x ok"]
            message.merge(parameters)
            return try world.call("sendMessage", message)["link_preview_options"]
        }
        #expect(try preview([:]) == ["url": "https://a.example/x"])
        #expect(try preview(["disable_web_page_preview": true]) == ["is_disabled": true])
        let options: JSON = [
            "url": "https://b.example", "show_above_text": true, "prefer_small_media": false,
        ]
        #expect(
            try preview(["link_preview_options": options])
                == ["url": "https://b.example", "show_above_text": true])
        #expect(try preview(["link_preview_options": ["is_disabled": true]]) == ["is_disabled": true])
        #expect(
            try preview(["text": "<a href='https://c.example/'>c</a>", "parse_mode": "HTML"]) == [
                "url": "https://c.example/"
            ])
        #expect(try preview(["text": "none"]) == nil)
    }
}
