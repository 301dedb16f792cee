import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatorControlTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient() }

    private func send(
        _ path: String, _ body: HTTPClient.Body = .none, within timeout: Duration = .seconds(5)
    ) -> HTTPAnswer {
        test.send(
            HTTPClient.Request(url: "\(test.server.url)/simulator\(path)", body: body, timeout: timeout))
    }

    private func ask(_ path: String, _ body: JSON? = nil) -> HTTPAnswer {
        test.settled(send(path, body.map { .json($0.bytes) } ?? HTTPClient.Body.none))
    }

    private func reason(_ answer: HTTPAnswer) -> String? { answer.json?["description"]?.string }

    // MARK: faults

    @Test func `faults are added, listed, used up and cleared`() throws {
        let order: JSON = [
            "method": "sendMessage", "chat_id": 42, "times": 2, "fault": "too_many_requests",
            "retry_after": 3,
        ]
        #expect(ask("/faults", order).json?["result"]?.count == 1)
        let answer = test.call("sendMessage", ["chat_id": 42, "text": "x"])
        #expect(answer.status == 429)
        #expect(answer.json?["parameters"] == ["retry_after": 3])
        #expect(test.call("sendMessage", ["chat_id": 43, "text": "x"]).status == 200)
        let left = try #require(ask("/faults").json?["result"]?[0])
        #expect(left["times"] == 1)
        #expect(left["chat_id"] == 42)
        #expect(left["fault"] == "error")
        test.server.clearFaults()
        #expect(ask("/faults").json?["result"] == [])
    }

    @Test(arguments: [
        (
            #"{"fault":"error","error_code":400,"description":"Bad Request: x"}"#,
            "error(400, \"Bad Request: x\""
        ),
        (#"{"error_code":"403"}"#, "error(403, "), (#"{"retry_after":3}"#, "error(429, "),
        (#"{"fault":"flood_wait","retry_after":30}"#, "floodWait(30)"),
        (#"{"migrate_to_chat_id":-1001}"#, "error(400, \"Bad Request: group chat was upgraded"),
        (#"{"fault":"html","status":502}"#, "html(502)"), (#"{"fault":"close_before"}"#, "closeBefore"),
        (#"{"fault":"hang"}"#, "hang"),
        (#"{"fault":"close_after_bytes","bytes":9,"method":"file"}"#, "closeAfterBytes(9)"),
        (#"{"fault":"broken_body"}"#, "brokenBody"), (#"{"fault":"close_after"}"#, "closeAfter"),
        (#"{"fault":"hang_after"}"#, "hangAfter"),
        (#"{"fault":"html_after","status":504}"#, "htmlAfter(504)"),
        (#"{"delay":0.5}"#, "delay(0.5 seconds)"),
    ])
    func `each fault can be added, and its listing added again`(
        _ order: String, _ fault: String
    ) throws {
        let arguments = Arguments(try JSON(parsing: order))
        let ordered = try FaultOrder(arguments)
        #expect("\(ordered.fault)".hasPrefix(fault), "\(ordered.fault)")
        var listed = ordered.fault.json
        ordered.method.map { listed.set("method", JSON($0)) }
        #expect(try FaultOrder(Arguments(listed)).fault.json == ordered.fault.json)
    }

    @Test(arguments: [
        (#"{}"#, "Bad Request: no 'fault' given; use one of error, "),
        (#"{"fault":"hanged"}"#, "Bad Request: unknown fault 'hanged'; use one of error, "),
        (#"{"fault":"html"}"#, "Bad Request: fault html needs 'status', a number"),
        (#"{"delay":"soon"}"#, "Bad Request: fault delay needs 'delay', a number of seconds"),
        (#"{"fault":"hang","times":0}"#, "Bad Request: times must be a positive number"),
        (
            #"{"fault":"flood_wait","retry_after":3,"times":2}"#,
            "Bad Request: fault flood_wait takes no 'times': it ends after its retry_after seconds"
        ),
        (#"{"fault":"flood_wait","retry_after":0}"#, "Bad Request: fault flood_wait needs 'retry_after'"),
        (#"{"fault":"hang","metod":"x"}"#, "Bad Request: unknown parameter 'metod' of a fault; it may have"),
        (
            #"{"fault":"hang","method":"sendMesage"}"#,
            "Bad Request: unknown method 'sendMesage'; did you mean sendMessage?"
        ),
        (#"{"fault":"hang","chat_id":"x"}"#, "Bad Request: chat_id must be a number"),
        (#"{"fault":"close_after_bytes","bytes":9}"#, "Bad Request: fault close_after_bytes needs 'method'"),
        (#"{"fault":"#, "Bad Request: the body is not JSON: line 1, column 9: "),
        (#"[]"#, "Bad Request: the body must be a JSON object"),
    ])
    func `an invalid fault is refused with a clear message`(_ order: String, _ words: String) {
        let answer = test.settled(send("/faults", .json(Array(order.utf8))))
        #expect(answer.status == 400)
        #expect(reason(answer)?.hasPrefix(words) == true, "\(answer.text ?? "")")
    }

    @Test func `JSON that curl declares as a form is read as JSON`() {
        let request = HTTPServer.Request(
            method: "POST", path: "/simulator/faults", contentType: "application/x-www-form-urlencoded",
            body: Array(" {\"fault\":\"hang\"}".utf8))
        #expect(throws: Never.self) { try SimulatorControl.parameters(of: request) }
        #expect((try? SimulatorControl.parameters(of: request)) == ["fault": "hang"])
    }

    // MARK: history

    @Test func `calls are listed with their answers, and a waiting request gets them too`() throws {
        let waiting = send("/calls?method=sendMessage&timeout=10")
        _ = test.call("getMe")
        _ = test.call("sendMessage", ["chat_id": 42, "text": "hi"])
        _ = test.call("sendMessage", ["chat_id": 42])
        let told = try #require(test.settled(waiting).json)
        #expect(told["result"]?.count == 1)
        let call = try #require(told["result"]?[0])
        #expect(call["id"] == 2)
        #expect(call["method"] == "sendMessage")
        #expect(call["parameters"] == ["chat_id": 42, "text": "hi"])
        #expect(call["ok"] == true)
        #expect(call["result"]?["text"] == "hi")
        let refused = try #require(ask("/calls?after=2").json)
        #expect(refused["result"]?[0]?["description"] == "Bad Request: message text is empty")
        #expect(refused["last"] == 3)
    }

    @Test func `the bot's actions are also listed under their former path`() throws {
        test.server.telegram.onAction(.other(method: "setMyName", ["name": "x"]))
        #expect(try #require(ask("/sights").json) == #require(ask("/actions").json))
        #expect(ask("/sights").json?["result"]?.count == 1)
    }

    @Test func `the bot's actions are listed in order, each kind in its form`() throws {
        let telegram = test.server.telegram
        let message: JSON = ["message_id": 5, "chat": ["id": 42], "text": "hi"]
        let actions: [BotAction] = [
            .message(message), .edited(message), .deleted(chat: 42, messages: [5]),
            .action(["chat_id": 42, "action": "typing"], chat: 42),
            .callbackAnswer(["text": "ok"], person: 9), .other(method: "setMyName", ["name": "x"]),
            .widgetAnswer(["data": "ok"], person: 9), .shippingAnswer([:], person: 9),
            .checkoutAnswer(["ok": true], person: 9), .draft(["draft_id": 1], chat: 42),
            .inlineResults([:], person: 9), .pinned(message),
            .reaction(["chat": ["id": 42]]),
        ]
        #expect(Set(actions.map(\.kind)) == Set(BotAction.kinds))
        actions.forEach(telegram.onAction)
        let told = try #require(ask("/actions").json?["result"])
        #expect(told[0] == ["id": 1, "bot": 7, "kind": "message", "chat_id": 42, "message": message])
        #expect(told[2] == ["id": 3, "bot": 7, "kind": "deleted", "chat_id": 42, "message_ids": [5]])
        #expect(told[3] == ["id": 4, "bot": 7, "kind": "action", "chat_id": 42, "action": "typing"])
        #expect(
            told[4] == ["id": 5, "bot": 7, "kind": "callback_answer", "user_id": 9, "answer": ["text": "ok"]])
        #expect(
            told[5] == [
                "id": 6, "bot": 7, "kind": "other", "method": "setMyName", "parameters": ["name": "x"],
            ])
        #expect(ask("/actions?kind=edited&chat_id=42").json?["result"]?.count == 1)
        #expect(ask("/actions?timeout=long").status == 400)
    }

    @Test func `a raw update reaches the bot unchanged, with the next id if it has none`() throws {
        let update: JSON = ["new_kind": ["x": 1]]
        #expect(ask("/updates", update).json?["result"] == ["update_id": 9001, "new_kind": ["x": 1]])
        _ = ask("/updates", ["update_id": 9100, "message": ["text": "x"]])
        #expect(test.call("getUpdates").updateIDs == [9001, 9100])
        #expect(ask("/updates", [:]).status == 400)
        #expect(
            reason(ask("/updates", ["update_id": 2_147_483_647, "message": [:]]))
                == "Bad Request: update_id must be a number from 1 to 1999999999, Telegram's last one")
    }

    @Test func `a reset clears the history but keeps ids and settings`() throws {
        _ = ask("/updates", ["message": ["text": "x"]])
        _ = ask("/faults", ["fault": "hang", "method": "getMe"])
        _ = test.call("sendMessage", ["chat_id": 42, "text": "hi"])
        _ = test.call("setWebhook", ["url": "https://example.com", "allowed_updates": ["message"]])
        #expect(ask("/reset", [:]).json?["result"] == true)
        #expect(test.server.pendingUpdates == 0)
        #expect(ask("/calls").json == ["ok": true, "result": [], "last": 2])
        #expect(ask("/faults").json?["result"] == [])
        #expect(test.call("getWebhookInfo").json?["result"]?["url"] == "https://example.com")
        #expect(ask("/updates", ["message": ["text": "y"]]).json?["result"]?["update_id"] == 9002)
        #expect(test.call("sendMessage", ["chat_id": 42, "text": "hi"]).json?["result"]?["message_id"] == 1)
    }

    @Test func `an unknown path is refused with a pointer to the existing ones`() throws {
        #expect(ask("").text?.contains("POST   /simulator/users/") == true)
        let unknown = ask("/nothing")
        #expect(unknown.status == 404)
        #expect(
            reason(unknown)
                == "Not Found: unknown path /simulator/nothing; GET /simulator lists all paths")
        #expect(ask("/reset").status == 405)
        #expect(
            reason(ask("/users/ada"))
                == "Method Not Allowed: GET /simulator/users/ada; use POST /simulator/users/<id or username>/<action>"
        )
    }
}
