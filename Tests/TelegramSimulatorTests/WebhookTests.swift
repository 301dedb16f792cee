import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// A simulator that posts its updates to a webhook, all in one loop.
@Suite struct WebhookTests {
    private final class Hook: Rigged {
        let test: SimulatorTest
        let server: HTTPServer
        var requests: [HTTPServer.Request] = []
        var answer: (HTTPServer.Responder, Int) -> Void = { responder, _ in responder.respond(status: 200) }

        init() throws {
            test = try TestRig().simulatorClient()
            server = try test.rig.server()
            test.server.deliverToWebhooks(through: test.client)
            server.onRequest = { [unowned self] request, responder in
                requests.append(request)
                answer(responder, requests.count)
            }
        }

        var rig: TestRig { test.rig }
        var url: JSON { JSON("http://127.0.0.1:\(server.port)/hook") }
        var texts: [String] {
            requests.map { request in
                (try? JSON(parsing: request.body))?["message"]?["text"]?.string ?? ""
            }
        }
        var info: JSON? { test.call("getWebhookInfo").json?["result"] }

        func set(_ parameters: JSON = [:]) {
            var all: JSON = ["url": url]
            all.merge(parameters)
            _ = test.call("setWebhook", all)
        }

        func say(_ text: String, in chat: Int64 = 42) {
            test.server.add(
                ["message_id": 1, "chat": ["id": JSON(chat), "type": "private"], "text": JSON(text)],
                as: "message")
        }
    }

    @Test func `updates are posted with the secret, in order for each chat, and then deleted`() throws {
        let hook = try Hook()
        hook.say("before")
        hook.set(["secret_token": "s3cret_-"])
        for number in 1...3 { hook.say("\(number)") }
        #expect(hook.wait { hook.requests.count == 4 && hook.test.server.pendingUpdates == 0 })
        #expect(hook.texts == ["before", "1", "2", "3"])
        let request = try #require(hook.requests.first)
        #expect(request.path == "/hook")
        #expect(request.contentType == "application/json")
        #expect(request.header("x-telegram-bot-api-secret-token") == "s3cret_-")
        #expect(try JSON(parsing: request.body)["update_id"] == 9001)
    }

    @Test func `a refused update is reported and retried, and other chats' updates continue`() throws {
        let hook = try Hook()
        hook.answer = { responder, count in responder.respond(status: count == 1 ? 500 : 200) }
        hook.set()
        hook.say("first")
        #expect(hook.wait { hook.requests.count == 1 && hook.info?["last_error_message"] != nil })
        let info = try #require(hook.info)
        #expect(info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error")
        #expect(info["last_error_date"] == 1_700_000_000)
        #expect(info["pending_update_count"] == 1)
        hook.say("second")
        hook.say("other", in: 43)
        #expect(hook.wait { hook.requests.count == 2 && hook.test.server.pendingUpdates == 2 })
        #expect(hook.test.hurry { hook.test.server.pendingUpdates == 0 })
        #expect(hook.texts == ["first", "other", "first", "second"])
    }

    @Test func `an unreachable webhook is reported, and its updates are kept until it changes`() throws {
        let hook = try Hook()
        let unreachable = try hook.rig.server()
        let port = unreachable.port
        unreachable.close()
        hook.set(["url": JSON("http://127.0.0.1:\(port)/")])
        hook.say("x")
        #expect(hook.wait { hook.info?["last_error_message"] == "Connection refused" })
        hook.set()
        #expect(hook.wait { hook.test.server.pendingUpdates == 0 })
        #expect(hook.info?["last_error_message"] == nil)
        #expect(hook.texts == ["x"])
        _ = hook.test.call("deleteWebhook")
        hook.say("y")
        #expect(hook.test.call("getUpdates").updateIDs == [9002])
        #expect(hook.texts == ["x"])
    }

    @Test(arguments: [
        ("application/json", #"{"method":"sendMessage","chat_id":42,"text":"hi"}"#),
        ("application/x-www-form-urlencoded", "method=sendMessage&chat_id=42&text=hi"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\nsendMessage\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n"
                + "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhi\r\n--b--\r\n"
        ),
    ])
    func `a call in the webhook's answer is carried out`(_ type: String, _ body: String) throws {
        let hook = try Hook()
        hook.answer = { responder, _ in
            responder.respond(status: 200, contentType: type, body: Array(body.utf8))
        }
        hook.set()
        hook.say("hello")
        #expect(hook.wait { hook.test.server.calls.count == 2 })
        let call = try #require(hook.test.server.calls.last)
        #expect(call.method == "sendMessage")
        #expect(Arguments(call.parameters).text("text") == "hi")
        #expect(Arguments(call.parameters).text("chat_id") == "42")
    }

    @Test func `an answer without a call is ignored`() throws {
        let hook = try Hook()
        hook.answer = { responder, _ in
            responder.respond(status: 200, contentType: "application/json", body: Array(#"{"ok":true}"#.utf8))
        }
        hook.set()
        hook.say("hello")
        #expect(hook.wait { hook.requests.count == 1 && hook.test.server.pendingUpdates == 0 })
        #expect(hook.test.server.calls.map(\.method) == ["setWebhook"])
    }

    @Test func `an invalid URL or secret is refused with Telegram's message`() throws {
        let hook = try Hook()
        let reason = { (parameters: JSON) in
            hook.test.call("setWebhook", parameters).json?["description"]?.string ?? ""
        }
        #expect(reason(["url": "ftp://example.com"]) == "Bad Request: invalid webhook URL specified")
        #expect(reason(["url": "https://"]) == "Bad Request: invalid webhook URL specified")
        #expect(reason(["url": "https://a b"]) == "Bad Request: invalid webhook URL specified")
        #expect(
            reason(["url": hook.url, "secret_token": "päss"])
                == "Bad Request: secret token contains unallowed characters")
        #expect(
            reason(["url": hook.url, "secret_token": JSON(String(repeating: "a", count: 257))])
                == "Bad Request: secret token is too long")
        #expect(hook.info?["url"] == "")
    }

    @Test func `dropping pending updates ends their delivery too`() throws {
        let hook = try Hook()
        hook.answer = { responder, count in responder.respond(status: count == 1 ? 500 : 200) }
        hook.set()
        hook.say("old")
        #expect(hook.wait { hook.info?["last_error_message"] != nil })
        hook.set(["drop_pending_updates": true])
        hook.say("new")
        #expect(hook.wait { hook.test.server.pendingUpdates == 0 })
        #expect(hook.texts == ["old", "new"])
    }
}
