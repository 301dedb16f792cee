import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatedRichMessagesTests {
    @Test func `a bot sends, edits and offers rich messages, and a user presses their buttons`() throws {
        let world = try TestRig().world()
        try world.act("start")
        let row = "<tg-button-row><tg-button type=callback_data data=d>B</tg-button></tg-button-row>"
        let sent = try world.call(
            "sendRichMessage", ["chat_id": 42, "rich_message": ["html": JSON("a\(row)")]])
        #expect(sent["rich_message"]?["blocks"]?.count == 2)
        #expect(try world.act("pressButton", ["button": "B"])["data"] == "d")
        let change: JSON = [
            "chat_id": 42, "message_id": sent["message_id"] ?? 0, "rich_message": ["markdown": "**b**"],
        ]
        let edited = try world.call("editMessageText", change)
        #expect(
            edited["rich_message"] == [
                "blocks": [["type": "paragraph", "text": ["type": "bold", "text": "b"]]]
            ])
        #expect(world.refusal("editMessageText", change)?.contains("message is not modified") == true)
        #expect(
            world.refusal("sendRichMessage", ["chat_id": 42, "rich_message": ["markdown": ""]])
                == "400 Bad Request: RICH_MESSAGE_MARKDOWN_INVALID")
        let query = try world.act("sendInlineQuery", ["query": "x"])
        let result: JSON = [
            "type": "article", "id": "1", "title": "A",
            "input_message_content": ["rich_message": ["html": "c"]],
        ]
        try world.call("answerInlineQuery", ["inline_query_id": query["id"] ?? "", "results": [result]])
        let chosen = try world.act("chooseInlineResult", ["result_id": "1"])
        #expect(chosen["rich_message"]?["blocks"]?[0]?["text"] == "c")
    }
}
