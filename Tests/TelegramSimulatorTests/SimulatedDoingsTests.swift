import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedDoingsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
        world.forget()
    }

    // MARK: polls

    @Test func `votes are counted and reported to the bot`() throws {
        let poll: JSON = [
            "chat_id": 42, "question": "?", "options": ["a", ["text": "b"]], "is_anonymous": false,
        ]
        let sent = try world.call("sendPoll", poll)
        let id = try #require(sent["poll"]?["id"])
        var vote: JSON = ["message_id": sent["message_id"] ?? .null, "option_ids": [1]]
        let voted = try world.act("votePoll", vote)
        #expect(voted["options"]?.elements.map { $0["voter_count"] } == [0, 1])
        #expect(voted["total_voter_count"] == 1)
        #expect(world.kinds == ["poll", "poll_answer"])
        #expect(world.last("poll_answer")?["option_ids"] == [1])
        #expect(world.last("poll_answer")?["option_persistent_ids"] == ["1"])
        #expect(world.last("poll_answer")?["poll_id"] == id)
        #expect(world.edited.last?["poll"] == voted)
        vote.set("option_ids", [])
        #expect(try world.act("votePoll", vote)["total_voter_count"] == 0)
        vote.set("option_ids", [0, 1])
        #expect(world.failure("votePoll", vote)?.contains("more than 1 option") == true)
        let closed = try world.call("stopPoll", ["chat_id": 42, "message_id": 2])
        #expect(closed["is_closed"] == true)
        #expect(
            world.refusal("stopPoll", ["chat_id": 42, "message_id": 2])?.contains("already been closed")
                == true)
        #expect(world.failure("votePoll", ["message_id": 2, "option_ids": [0]])?.contains("closed") == true)
    }

    @Test func `a quiz has a correct option and can be answered once`() throws {
        var quiz: JSON = ["chat_id": 42, "question": "?", "options": ["a", "b"], "type": "quiz"]
        #expect(world.refusal("sendPoll", quiz) == "400 Bad Request: wrong correct option ID specified")
        quiz.set("correct_option_id", 1)
        #expect(try world.call("sendPoll", quiz)["poll"]?["correct_option_id"] == 1)
        try world.act("votePoll", ["message_id": 2, "option_ids": [0]])
        #expect(world.kinds == ["poll"])
        #expect(world.failure("votePoll", ["message_id": 2, "option_ids": [1]])?.contains("REVOTE") == true)
    }

    // MARK: inline mode

    @Test func `an inline result can be chosen, is sent, and can be edited`() throws {
        let query = try world.act("sendInlineQuery", ["query": "tea"])
        #expect(world.last("inline_query") == query)
        let keyboard: JSON = ["inline_keyboard": [[["text": "a", "callback_data": "b"]]]]
        let article: JSON = [
            "type": "article", "id": "1", "title": "T", "input_message_content": ["message_text": "Tea!"],
            "reply_markup": keyboard,
        ]
        let id = try #require(query["id"])
        try world.call("answerInlineQuery", ["inline_query_id": id, "results": [article]])
        guard case .inlineResults(let results, let person) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
        #expect((results["results"], person) == ([article], 42))
        #expect(
            world.refusal("answerInlineQuery", ["inline_query_id": id, "results": []])
                == "400 Bad Request: query is too old and response timeout expired or query ID is invalid")

        let message = try world.act("chooseInlineResult", ["result_id": "1"])
        #expect(message["text"] == "Tea!")
        #expect(message["via_bot"]?["id"] == 7)
        #expect(Array(world.kinds.suffix(2)) == ["message", "chosen_inline_result"])
        let chosen = try #require(world.last("chosen_inline_result"))
        #expect(chosen["query"] == "tea")
        let inlineID = try #require(chosen["inline_message_id"])
        #expect(
            try world.call("editMessageText", ["inline_message_id": inlineID, "text": "Cold tea"]) == true)
        #expect(world.edited.last?["text"] == "Cold tea")
        #expect(
            world.failure("chooseInlineResult", ["result_id": "9"]) == "400 Bad Request: RESULT_ID_INVALID")
    }

    @Test func `inline results that Telegram would refuse are refused with its messages`() throws {
        let query = try world.act("sendInlineQuery", ["query": "tea"])
        func refusal(_ results: JSON) -> String? {
            world.refusal(
                "answerInlineQuery", ["inline_query_id": query["id"] ?? .null, "results": results])?
                .replacing("400 Bad Request: ", with: "")
        }
        let one: JSON = ["type": "photo", "id": "1"]
        #expect(refusal([one, one]) == "RESULT_ID_DUPLICATE")
        #expect(refusal([["type": "photo", "id": ""]]) == "RESULT_ID_INVALID")
        #expect(refusal([["id": "1"]]) == #"can't parse inline query result: Can't find field "type""#)
        #expect(
            refusal([["type": "article", "id": "1"]])
                == #"can't parse inline query result: Can't find field "title""#)
    }

    // MARK: files

    @Test func `a user's picture has its size and can be fetched and sent again`() throws {
        let file = ReceivedFile(part: "photo", name: "dot.png", bytes: PlaceholderFile.picture)
        let message = try world.act("sendPhoto", ["caption": "a dot"], files: [file])
        let photo = try #require(world.last("message")?["photo"]?[0])
        #expect((photo["width"], photo["height"]) == (1, 1))
        #expect(photo["file_size"] == JSON(PlaceholderFile.picture.count))
        #expect(message["caption"] == "a dot")
        let id = try #require(photo["file_id"])
        #expect(try world.call("getFile", ["file_id": id])["file_path"] == "photos/file_1.png")
        #expect(try world.call("sendPhoto", ["chat_id": 42, "photo": id])["photo"]?[0]?["width"] == 1)
        let document = try world.call(
            "sendDocument", ["chat_id": 42, "document": "https://example.org/a/b.pdf"])
        #expect(document["document"]?["file_name"] == "b.pdf")
        #expect(document["document"]?["mime_type"] == "application/pdf")
        let again = document["document"]?["file_id"] ?? .null
        #expect(
            try world.call("sendDocument", ["chat_id": 42, "document": again])["document"]?["file_id"]
                == again)
    }

    @Test func `an image's size is read from its header`() {
        #expect(ImageSize(PlaceholderFile.picture) == ImageSize(width: 1, height: 1))
        #expect(ImageSize(Array("GIF89a".utf8) + [3, 1, 4, 0]) == ImageSize(width: 259, height: 4))
        let jpeg: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2] + [0xFF, 0xC0, 0, 17, 8, 1, 0x2C, 0, 0xC8, 3]
        #expect(ImageSize(jpeg) == ImageSize(width: 200, height: 300))
        for count in jpeg.indices.dropLast() { #expect(ImageSize(Array(jpeg[..<count])) == nil) }
        #expect(ImageSize(Array("text".utf8)) == nil)
    }

    @Test func `an album arrives as separate messages`() throws {
        let media: JSON = [
            ["type": "photo", "media": "attach://a", "caption": "x"],
            ["type": "video", "media": "attach://b"],
        ]
        let files = ["a", "b"].map { ReceivedFile(part: $0, name: "\($0).bin", bytes: [1, 2]) }
        let messages = try world.call("sendMediaGroup", ["chat_id": 42, "media": media], files: files)
        #expect(messages.elements.map { $0["media_group_id"] } == ["2", "2"])
        #expect(world.messages == messages.elements)
        #expect(
            world.refusal("sendMediaGroup", ["chat_id": 42, "media": media])
                == #"400 Bad Request: failed to send message #1 with the error message "there is no photo in the request""#
        )
    }

    // MARK: the bot's settings

    @Test func `commands are stored by scope and language`() throws {
        let commands: JSON = [["command": "help", "description": "Help"]]
        try world.call("setMyCommands", ["commands": commands])
        #expect(try world.call("getMyCommands", ["scope": ["type": "default"]]) == commands)
        #expect(try world.call("getMyCommands", ["language_code": "de"]) == [])
        let scope: JSON = ["chat_id": 42, "type": "chat"]
        try world.call("setMyCommands", ["commands": commands, "scope": scope])
        try world.call("deleteMyCommands", [:])
        #expect(try world.call("getMyCommands", [:]) == [])
        #expect(try world.call("getMyCommands", ["scope": ["type": "chat", "chat_id": 42]]) == commands)
        let bad: JSON = [["command": "Help!", "description": "Help"]]
        #expect(world.refusal("setMyCommands", ["commands": bad]) == "400 Bad Request: BOT_COMMAND_INVALID")
        guard case .other("deleteMyCommands", _) = world.actions.last else {
            Issue.record("\(world.actions)")
            return
        }
    }

    @Test func `names are stored by language`() throws {
        #expect(try world.call("getMyName", [:]) == ["name": "Demo"])
        try world.call("setMyName", ["name": "Tea"])
        try world.call("setMyName", ["name": "Tee", "language_code": "de"])
        #expect(try world.call("getMyName", ["language_code": "de"]) == ["name": "Tee"])
        #expect(try world.call("getMyName", ["language_code": "fr"]) == ["name": "Tea"])
        #expect(try world.call("getMyShortDescription", [:]) == ["short_description": ""])
        try world.call("setChatMenuButton", ["chat_id": 42, "menu_button": ["type": "commands"]])
        #expect(try world.call("getChatMenuButton", ["chat_id": 42]) == ["type": "commands"])
    }

    // MARK: methods that aren't simulated

    @Test func `an unknown method is refused, and the likely one is suggested once`() throws {
        #expect(world.refusal("sendMesage", [:]) == "404 Not Found: method not found")
        #expect(world.refusal("sendMesage", [:]) == "404 Not Found: method not found")
        #expect(
            world.remarks == [
                "unknown Bot API method sendMesage; did you mean sendMessage?"
            ])
    }

    @Test func `a bot that writes calls as lines is told the type to write`() throws {
        world.telegram.namesTypes = true
        #expect(world.refusal("sendMesage", [:]) == "404 Not Found: method not found")
        #expect(
            world.remarks == ["unknown call telegram.send_mesage; did you mean telegram.send_message?"])
    }

    @Test func `in a replay an unknown method is answered with true and reported once for all scopes`() throws
    {
        let world = try TestRig().world(strictness: .lenient)
        for telegram in [world.telegram, world.telegram.another(), world.telegram.another()] {
            #expect(try telegram.answer("castHologram", [:]).get() == true)
        }
        #expect(
            world.remarks == [
                "unknown Bot API method castHologram, answered with true"
            ])
    }

    @Test func `a method that isn't simulated is accepted and reported once`() throws {
        for _ in 0..<2 { try world.call("verifyUser", ["user_id": 42]) }
        #expect(world.remarks == ["verifyUser isn't simulated: its answer is made up"])
    }

    @Test func `an unknown action is refused`() {
        #expect(world.failure("sing", [:]) == "404 Not Found: method not found")
        #expect(world.failure("start", [:]) == nil)
    }
}
