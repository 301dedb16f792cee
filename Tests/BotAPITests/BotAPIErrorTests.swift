import JSON
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Reactor
@testable import TelegramSimulator

@Suite struct BotAPIErrorTests {
    private func error(_ status: Int, _ body: String, retryAfter: Int = 0) -> BotAPIError {
        BotAPIError(HTTPClient.Response(status: status, body: Array(body.utf8), retryAfter: retryAfter))
    }

    @Test func `Telegram's description and parameters are read from its JSON`() {
        let error = error(
            429,
            #"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#
        )
        #expect(error.code == 429)
        #expect(error.reason == "Too Many Requests: retry after 5")
        #expect(error.parameters == ["retry_after": 5])
        #expect(error.description == "429 Too Many Requests: retry after 5")
    }

    @Test func `for any other body the HTTP status is the description`() {
        for body in [
            "<html><h1>502 Bad Gateway</h1></html>", "", "null", "[]", "{}", #"{"description":5}"#,
            "{\"ok\":fal",
        ] {
            #expect(error(502, body).description == "502 Bad Gateway")
            #expect(error(502, body).parameters == nil)
        }
        #expect(error(413, "").reason == "Request Entity Too Large")
        #expect(error(418, "").reason == "HTTP status 418")
    }

    @Test func `a description with invalid UTF-8 is read`() {
        let body = Array(#"{"ok":false,"description":"Bad Request: a"#.utf8) + [0xFF] + Array(#""}"#.utf8)
        let error = BotAPIError(HTTPClient.Response(status: 400, body: body, retryAfter: 0))
        #expect(error.reason == "Bad Request: a\u{FFFD}")
    }

    @Test func `the delay comes from the parameters or else the header, and is at least one second`() {
        func wait(_ parameters: String, header: Int) -> Duration {
            error(429, #"{"parameters":\#(parameters)}"#).retryAfter(header: header)
        }
        #expect(wait(#"{"retry_after":7}"#, header: 0) == .seconds(7))
        #expect(wait(#"{"retry_after":7}"#, header: 30) == .seconds(7))
        #expect(wait("{}", header: 30) == .seconds(30))
        #expect(wait(#"{"retry_after":"x"}"#, header: 30) == .seconds(30))
        #expect(wait("{}", header: 0) == .seconds(1))
        #expect(wait(#"{"retry_after":0}"#, header: 5) == .seconds(1))
        #expect(wait(#"{"retry_after":-5}"#, header: 0) == .seconds(1))
        #expect(wait(#"{"retry_after":9223372036854775807}"#, header: 0) == .seconds(Int64.max))
    }

    @Test func `the gateway's own refusals are worded like Telegram's`() {
        #expect(BotAPIError.badRequest("chat not found").description == "400 Bad Request: chat not found")
    }
}
