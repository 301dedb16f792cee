import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct MarkdownFallbackTests {
    private func rich(_ text: String) -> JSON { ["rich_message": ["markdown": JSON(text)]] }

    @Test func `Markdown that Telegram refuses is sent as text, in its place`() throws {
        let test = try TestRig().caller()
        test.caller.policy.sendsRefusedMarkdownAsText = true
        test.server.fail(chat: 42, with: .error(400, "Bad Request: can't parse it"))
        let long = String(repeating: "y", count: 4000)
        test.perform(
            "telegram.send_rich_message", rich("*x\n\(long)\n\(long)"), as: "rich", for: .chat(42), id: 1)
        test.send("next")
        #expect(test.wait { test.results.count == 2 })
        #expect(test.sent == ["*x\n\(long)", long, "next"])
        #expect(test.success(of: "rich") != nil)
        #expect(test.caller.failures == 0)
    }

    @Test func `without the option, and for other failures, nothing else is sent`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 42, with: .error(400, "Bad Request: can't parse it"))
        test.perform("telegram.send_rich_message", rich("*x"), as: "rich", for: .chat(42), id: 1)
        #expect(test.wait { test.results.count == 1 })
        test.caller.policy.sendsRefusedMarkdownAsText = true
        test.server.fail(chat: 43, with: .error(403, "Forbidden: blocked"))
        test.perform("telegram.send_rich_message", rich("*x"), as: "blocked", for: .chat(43), id: 1)
        #expect(test.wait { test.results.count == 2 })
        #expect(test.sent.isEmpty)
        #expect(test.caller.failures == 2)
    }
}
