import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

@Suite struct TelegramCallerTests {
    @Test func `typing is shown in a few chats at a time, and not in rate-limited ones`() throws {
        let test = try TestRig().caller()
        test.server.fail(chat: 1, with: .tooManyRequests(retryAfter: 30))
        test.caller.childIsWorking(in: .chat(1))
        #expect(test.wait { test.caller.holds.map(\.chat) == ["1"] })
        test.caller.childIsWorking(in: .chat(1))
        #expect(test.isQuiet())

        test.server.fail(times: 99, with: .hang)
        for chat in 2...30 as ClosedRange<Int64> { test.caller.childIsWorking(in: .chat(chat)) }
        #expect(test.wait { test.arrived.count == 5 })
        #expect(test.isQuiet())
    }

    @Test func `a call reaches Telegram with its parameters and gets its result`() throws {
        let test = try TestRig().caller()
        test.send("пр😀", id: "a1")
        #expect(test.caller.pending == 1)
        #expect(test.wait { test.results.count == 1 })
        #expect(test.server.calls.map(\.method) == ["sendMessage"])
        #expect(test.server.calls[0].parameters == ["chat_id": 42, "text": "пр😀"])
        #expect(test.success(of: "пр😀")?["text"] == "пр😀")
        #expect(test.caller.pending == 0)
    }

    @Test func `a result is parsed only if the call has an id`() throws {
        let test = try TestRig().caller()
        test.send("with", id: 1)
        test.send("without")
        #expect(test.wait { test.results.count == 2 })
        #expect(test.success(of: "with")?["message_id"] == 1)
        #expect(test.isSuccess("without"))
        #expect(test.success(of: "without") == nil)
    }

    @Test func `calls of one scope reach Telegram in order, one after another`() throws {
        let test = try TestRig().caller()
        let texts = (1...50).map { "\($0)" }
        for text in texts { test.send(text) }
        #expect(test.caller.pending == 50)
        #expect(test.wait { test.results.count == 50 })
        #expect(test.sent == texts)
        #expect(test.finished == texts)
        #expect(test.server.connectionsOpened == 1)
    }

    @Test func `a scope's order survives every kind of failure`() throws {
        let test = try TestRig().caller(timeout: .milliseconds(400))
        let faults: [Fault] = [
            .html(502), .tooManyRequests(retryAfter: 3), .error(400, "Bad Request: x"), .closeAfter,
            .error(500, "Internal Server Error: restart"), .brokenBody, .hangAfter, .html(504),
        ]
        var expected: [String] = []
        for (number, fault) in faults.enumerated() {
            test.server.fail(method: "sendMessage", chat: Int64(number), with: fault)
            for part in ["a", "b"] {
                let text = "\(number)\(part)"
                test.send(text, to: JSON(number))
                if case .error(400, _, _) = fault, part == "a" { continue }
                expected.append(text)
            }
        }
        #expect(test.hurry(for: faults.count * 2))
        #expect(test.sent == expected)
        #expect(test.caller.pending == 0)
    }

    @Test func `a call made when a result arrives is queued behind waiting calls`() throws {
        let test = try TestRig().caller()
        test.send("1") { test.send("3") }
        test.send("2") { test.send("4") }
        #expect(test.wait { test.results.count == 4 })
        #expect(test.sent == ["1", "2", "3", "4"])
        test.send("5")
        #expect(test.wait { test.results.count == 5 })
    }

    @Test func `several scopes are served concurrently, up to the limit`() throws {
        let test = try TestRig().caller(limit: 3)
        test.server.fail(times: .max, with: .delay(.seconds(2)))
        for chat in 1...5 as ClosedRange<Int64> { test.send("\(chat)", for: .chat(chat)) }
        #expect(test.wait { test.server.calls.count == 3 })
        #expect(test.isQuiet())
        #expect(test.caller.pending == 5)
        #expect(test.results.isEmpty)
        #expect(test.hurry(for: 5))
        #expect(test.sent == ["1", "2", "3", "4", "5"])
        #expect(test.caller.pending == 0)
    }

    @Test func `a scope with many calls doesn't block the others`() throws {
        let test = try TestRig().caller(limit: 1)
        for text in ["a1", "a2", "a3"] { test.send(text, for: .chat(1)) }
        for text in ["b1", "b2"] { test.send(text, for: .chat(2)) }
        test.send("c1", for: .chat(3))
        #expect(test.wait { test.results.count == 6 })
        #expect(test.sent == ["a1", "b1", "c1", "a2", "b2", "a3"])
    }

    @Test func `a call that waits for a retry doesn't count towards the limit`() throws {
        let test = try TestRig().caller(limit: 1)
        test.server.fail(chat: 1, with: .tooManyRequests(retryAfter: 30))
        test.server.fail(chat: 2, with: .html(502))
        test.send("held", for: .chat(1))
        test.send("again", for: .chat(2))
        test.send("free", for: .chat(3))
        #expect(test.wait { test.finished == ["free"] })
        #expect(test.hurry(for: 3))
        #expect(test.finished == ["free", "again", "held"])
    }

    @Test func `three of four times, answers precede the rest of a flood`() throws {
        let test = try TestRig().caller(limit: 1)
        for text in ["a1", "a2", "a3"] { test.send(text, for: .chat(1)) }
        for chat in 2...8 as ClosedRange<Int64> { test.send("\(chat)", for: .chat(chat)) }
        #expect(test.wait { test.results.count == 10 })
        #expect(test.sent == ["a1", "2", "3", "4", "a2", "5", "6", "7", "a3", "8"])
    }

    @Test func `an answer isn't delayed by the flood of a hundred scopes`() throws {
        let test = try TestRig().caller(limit: 8)
        for chat in 1...100 as ClosedRange<Int64> {
            for number in 1...5 { test.send("\(chat)/\(number)", for: .chat(chat)) }
        }
        #expect(test.wait { test.results.count >= 150 })
        let before = test.arrived.count
        test.send("answer", for: .user(7), to: 7)
        #expect(test.wait { test.results.count == 501 })
        let place = try #require(test.arrived.firstIndex(of: "answer"))
        #expect(place <= before + 16)
    }

    @Test func `a call made when a result arrives is queued behind other scopes' calls`() throws {
        let test = try TestRig().caller(limit: 1)
        test.send("1", for: .chat(1)) { test.send("3", for: .chat(3)) }
        test.send("2", for: .chat(2))
        #expect(test.wait { test.results.count == 3 })
        #expect(test.sent == ["1", "2", "3"])
    }
}
