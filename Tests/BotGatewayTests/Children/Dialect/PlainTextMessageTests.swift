import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct PlainTextMessageTests {
    private func message(_ payload: JSON, kind: String = "message") -> PlainTextMessage? {
        var payload = payload
        payload.set("message_id", 1)
        payload.set("chat", ["id": 42, "type": "private"])
        guard let update = try? Update(["update_id": 1, .init(kind): payload]) else { return nil }
        return IncomingEvent(update).flatMap { PlainTextMessage($0) }
    }

    private func lines(_ payload: JSON, path: String? = nil) -> String? {
        message(payload).map { String(decoding: $0.lines(path: path), as: UTF8.self) }
    }

    @Test func `a message is its text as one line`() {
        #expect(lines(["text": "1+1"]) == "1+1\n")
        #expect(lines(["text": "a\nb\r\nc\u{2028}d"]) == "a b c d\n")
        #expect(lines(["text": "\n"]) == " \n")
    }

    @Test func `a photo is the path of its largest size, and its caption`() {
        let photo: JSON = ["photo": [["file_id": "s"], ["file_id": "l"]], "caption": "a\ncat"]
        #expect(message(photo)?.fileID == "l")
        #expect(lines(photo, path: "/tmp/1.jpg") == "/tmp/1.jpg\na cat\n")
        #expect(lines(photo) == "a cat\n")
    }

    @Test(arguments: ["document", "video", "audio", "voice", "video_note", "animation"])
    func `a file is its path`(key: String) {
        let file: JSON = [key: ["file_id": "f"]]
        #expect(message(file)?.fileID == "f")
        #expect(lines(file, path: "/tmp/f") == "/tmp/f\n")
    }

    @Test func `in a business chat only the other user's messages are read`() {
        func said(by user: JSON, through bot: JSON? = nil) -> PlainTextMessage? {
            var payload: JSON = ["business_connection_id": "bc", "from": user, "text": "x"]
            if let bot { payload.set("sender_business_bot", bot) }
            return message(payload, kind: "business_message")
        }
        #expect(said(by: ["id": 42])?.text == "x")
        #expect(said(by: ["id": 7]) == nil)
        #expect(said(by: ["id": 7], through: ["id": 9]) == nil)
        #expect(said(by: ["id": 42], through: ["id": 9]) == nil)
    }

    @Test func `a guest message can't be answered with a message`() {
        #expect(message(["text": "x"], kind: "guest_message") == nil)
    }

    @Test func `an update with neither text nor a file is skipped`() {
        #expect(message(["new_chat_title": "x"]) == nil)
        #expect(message(["text": "x"], kind: "edited_message") == nil)
        #expect(message(["data": "x"], kind: "purple_event") == nil)
        #expect(message(["text": "x"], kind: "channel_post")?.text == "x")
    }
}
