import TestSupport
import Testing

/// In a suite of its own, because it waits for half a minute beside all others.
@Suite(.longOwnProcess) struct RejectedTokenTests {
    @Test func `a token that Telegram refuses for 30 s ends send, which can be resumed`() throws {
        let test = try TestRig().gateway()
        let calls = [(1, "a"), (2, "b"), (2, "c")].map { chat, text in
            #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"\#(text)"}"# + "\n"
        }
        let arguments = ["send", "--resume", "\(test.files.path)/results"]
        test.telegram.fail(method: "sendMessage", times: 100, chat: 2, with: .error(401, "Unauthorized"))
        let run = try test.start(arguments).end(input: calls.joined())
        #expect(run.status == 77)
        #expect(run.errorText.contains("pipegram: Telegram rejects the token (401 Unauthorized)"))
        #expect(run.errorText.contains("without a result: 2 lines, the first is line 2"))
        test.telegram.clearFaults()
        #expect(try test.start(arguments).end(input: calls.joined()).status == 0)
        #expect(test.texts(in: 1) == ["a"])
        #expect(test.texts(in: 2) == ["b", "c"])
    }
}
