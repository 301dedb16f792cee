import JSON
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Reactor
@testable import TelegramSimulator

@Suite struct BotAPIErrorTests {
    private func response(_ status: Int, _ body: String, type: String = "") -> HTTPClient.Response {
        HTTPClient.Response(status: status, body: Array(body.utf8), retryAfter: 0, contentType: type)
    }

    private func verdict(_ status: Int, _ body: String, type: String = "") -> String {
        switch BotAPIResponse.verdict(on: response(status, body, type: type)) {
        case .success: "success"
        case .failure(let error): "failure \(error)"
        case .stranger(let error): "stranger \(error)"
        }
    }

    private func error(_ body: String) -> BotAPIError? {
        guard case .failure(let error) = BotAPIResponse.verdict(on: response(429, body)) else { return nil }
        return error
    }

    @Test func `an error's words and parameters are taken from the body`() {
        let error = error(
            #"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#
        )
        #expect(error?.code == 429)
        #expect(error?.reason == "Too Many Requests: retry after 5")
        #expect(error?.parameters == ["retry_after": 5])
        #expect(error?.description == "429 Too Many Requests: retry after 5")
    }

    @Test func `ok decides, whatever the HTTP status is`() {
        for status in [200, 204, 302, 401, 404, 502] {
            #expect(verdict(status, #"{"ok":true,"result":1}"#) == "success")
            #expect(verdict(status, #" { "ok" : true , "result" : {"a" "#) == "success", "it was cut off")
            #expect(verdict(status, #"{"result":1,"ok":true}"#) == "success")
            #expect(
                verdict(status, #"{"ok":false,"error_code":429,"description":"Slow down"}"#)
                    == "failure 429 Slow down")
        }
    }

    @Test func `an error without a code of its own has the HTTP status's`() {
        #expect(verdict(403, #"{"ok":false,"description":"No"}"#) == "failure 403 No")
        #expect(verdict(403, #"{"ok":false,"error_code":0}"#) == "failure 403 Forbidden")
        #expect(
            verdict(200, #"{"ok":false,"error_code":9223372036854775807,"description":"No"}"#)
                == "failure 400 No")
    }

    @Test(arguments: [200, 204, 302, 400, 401, 403, 404, 405, 407, 408, 413, 502])
    func `a body without ok is a stranger's`(_ status: Int) {
        for body in [
            "<html><h1>502 Bad Gateway</h1></html>", "", "null", "[]", "{}", #"{"description":5}"#,
            "{\"ok\":fal",
            #"{"ok":"true"}"#, #"{"error_code":404}"#, #"{"ok":1}"#,
        ] {
            #expect(verdict(status, body).hasPrefix("stranger \(status) "), "\(body)")
        }
    }

    @Test func `a stranger is told of by status and type`() {
        #expect(
            verdict(404, "<html>", type: "text/html; charset=utf-8")
                == "stranger 404 Not Found with text/html, not from the Bot API")
        #expect(verdict(418, "") == "stranger 418 HTTP status 418 with an empty body, not from the Bot API")
    }

    @Test func `a description with invalid UTF-8 is read`() {
        let body = Array(#"{"ok":false,"description":"Bad Request: a"#.utf8) + [0xFF] + Array(#""}"#.utf8)
        let response = HTTPClient.Response(status: 400, body: body, retryAfter: 0)
        guard case .failure(let error) = BotAPIResponse.verdict(on: response) else {
            Issue.record("it is read as no error")
            return
        }
        #expect(error.reason == "Bad Request: a\u{FFFD}")
    }

    @Test func `the delay comes from the parameters or else the header, and is at least one second`() {
        func wait(_ parameters: String, header: Int) -> Duration {
            error(#"{"ok":false,"parameters":\#(parameters)}"#)?.retryAfter(header: header) ?? .zero
        }
        #expect(wait(#"{"retry_after":7}"#, header: 0) == .seconds(7))
        #expect(wait(#"{"retry_after":7}"#, header: 30) == .seconds(7))
        #expect(wait("{}", header: 30) == .seconds(30))
        #expect(wait(#"{"retry_after":"x"}"#, header: 30) == .seconds(30))
        #expect(wait("{}", header: 0) == .seconds(1))
        #expect(wait(#"{"retry_after":0}"#, header: 5) == .seconds(1))
        #expect(wait(#"{"retry_after":-5}"#, header: 0) == .seconds(1))
        #expect(wait(#"{"retry_after":9223372036854775807}"#, header: 0) == .seconds(3600))
        #expect(wait("{}", header: .max) == .seconds(3600))
    }

    @Test func `the gateway's own refusals are worded like Telegram's`() {
        #expect(BotAPIError.badRequest("chat not found").description == "400 Bad Request: chat not found")
    }
}
