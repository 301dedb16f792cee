import Glibc
import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.longOwnProcess) struct RunTests {
    @Test func `each chat has its own child, whose calls go to that chat`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--no-state"], bot: "echo.sh")
        test.say("hello", in: 42)
        test.say("hallo", in: 43)
        test.say("again", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello", "again"] && test.texts(in: 43) == ["hallo"] })
        #expect(gateway.errors.filter { $0.contains("child started") }.count == 2)
        #expect(gateway.errorText.contains("signed in as @demo_bot, id 7"))
        #expect(test.stop() == 0)
        #expect(gateway.output.isEmpty)
    }

    @Test func `a child reads its scope, its events, and the reason for its end`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "transcript.sh")
        test.say("привет 👋", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 2 })
        #expect(test.stop() == 0)
        #expect(
            test.transcript(of: 42) == [
                #"{"type":"telegram","chat":{"id":42,"type":"private","first_name":"Ada"},"#
                    + #""spec_version":"1.0","bot":{"id":7,"is_bot":true,"first_name":"Demo","username":"demo_bot"}}"#,
                #"{"type":"telegram.message","update_id":9001,"message_id":1,"#
                    + #""from":{"id":42,"is_bot":false,"first_name":"Ada"},"#
                    + #""chat":{"id":42,"type":"private","first_name":"Ada"},"date":1700000000,"text":"привет 👋"}"#,
                #"{"type":"telegram.disconnect","reason":"stop"}"#,
            ])
    }

    @Test func `a call with an id gets its result`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "asks.sh")
        test.say("one", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 1 })
        test.telegram.fail(method: "sendMessage", with: .error(400, "Bad Request: chat not found"))
        test.say("two", in: 42)
        #expect(test.wait { test.transcript(of: 42).count == 2 })
        let results = try test.transcript(of: 42).map { try JSON(parsing: $0) }
        #expect(results[0]["id"] == 1)
        #expect(results[0]["ok"] == true)
        #expect(results[0]["result"]?["text"] == "1")
        let refusal: JSON = [
            "type": "telegram.result", "id": 2, "ok": false, "error_code": 400,
            "description": "Bad Request: chat not found",
        ]
        #expect(results[1] == refusal)
    }

    @Test func `updates without a scope are dropped`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--log-level", "debug"], bot: "echo.sh")
        test.telegram.add(["id": "5", "question": "?", "type": "regular"], as: "poll")
        test.say("after", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["after"] })
        #expect(gateway.errorText.contains("dropped poll: it belongs to no scope"))
    }

    @Test func `invalid UTF-8 affects no other update of the batch`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "transcript.sh")
        test.say("before", in: 42)
        let raw =
            Array(
                #"{"update_id":9002,"callback_query":{"id":"1","from":{"id":42,"is_bot":false,"first_name":"A"},"#
                    .utf8)
            + Array(#""message":{"message_id":1,"date":0,"chat":{"id":42,"type":"private"}},"data":"a"#.utf8)
            + [0xFF, 0xFE] + Array(#"b"}}"#.utf8)
        test.telegram.addRaw(bytes: raw, id: 9002)
        test.telegram.addRaw([
            "update_id": 9003,
            "message": ["message_id": 3, "chat": ["id": 42, "type": "private"], "text": "x"],
        ])
        #expect(test.wait { test.transcript(of: 42).count == 4 })
        #expect(test.transcript(of: 42)[2].contains("\"data\":\"a\u{FFFD}\u{FFFD}b\""))
        #expect(test.transcript(of: 42)[3].contains("9003"))
    }

    @Test func `only the unreadable update is skipped`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(bot: "echo.sh")
        test.say("first", in: 42)
        test.telegram.addRaw(bytes: Array(#"{"update_id":9002,"message":{"broken}}"#.utf8), id: 9002)
        test.telegram.addRaw([
            "update_id": 9003,
            "message": ["message_id": 3, "chat": ["id": 42, "type": "private"], "text": "last"],
        ])
        #expect(test.wait { test.texts(in: 42) == ["first", "last"] })
        #expect(gateway.errorText.contains("error skipped update 9002, which can't be read"))
    }

    @Test func `a bot's stderr goes to the log, line by line`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "crashes.sh")
        test.say("x", in: 42)
        #expect(test.waitForLog("stderr: cannot go on"))
        #expect(test.waitForLog("child ended after"))
        let record = test.gateway?.errors.first { $0.contains("stderr:") } ?? ""
        #expect(record.contains(" notice chat:42 pid="))
    }

    @Test func `the log can be JSON`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--log-format", "json"], bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
        #expect(test.stop() == 0)
        let records = try gateway.errors.map { try JSON(parsing: $0) }
        #expect(records.contains { $0["scope"] == "chat:42" && $0["message"] == "child started" })
        #expect(records.allSatisfy { $0["time"] != nil && $0["level"] != nil })
    }

    @Test func `at log level debug each event and call is logged without its text`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--log-level", "trace"], bot: "echo.sh")
        test.say("a secret text", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["a secret text"] })
        #expect(test.stop() == 0)
        #expect(gateway.errorText.contains("debug chat:42 update=9001 event message"))
        #expect(gateway.errorText.contains("call sendMessage"))
        #expect(!gateway.errorText.contains("secret text"))
        #expect(!gateway.errorText.contains(test.telegram.token))
    }
}
