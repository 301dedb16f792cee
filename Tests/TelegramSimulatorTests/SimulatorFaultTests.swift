import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

@Suite struct SimulatorFaultTests {
    private var hello: JSON { ["chat_id": 42, "text": "hello"] }

    /// Whether the preceding call was carried out: it has used up message id 1.
    private func wasCarriedOut(_ test: SimulatorTest) -> Bool {
        test.call("sendMessage", hello).json?["result"]?["message_id"] == 2
    }

    @Test func `an error is returned the given number of times, and the call isn't carried out`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(
            method: "SENDmessage", times: 2, with: .error(403, "Forbidden: bot was blocked by the user"))
        #expect(test.call("sendMessage", hello).status == 403)
        #expect(
            test.call("sendMessage", hello).text
                == #"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#)
        #expect(test.call("sendMessage", hello).json?["result"]?["message_id"] == 1)
        #expect(test.server.calls.map(\.wasCarriedOut) == [false, false, true])
    }

    @Test func `a 429 for one chat has Retry-After and spares other chats`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(chat: 42, with: .tooManyRequests(retryAfter: 3))
        #expect(test.call("sendMessage", ["chat_id": 43, "text": "x"]).status == 200)
        #expect(test.call("getUpdates").status == 200)
        let answer = test.call("sendMessage", hello)
        #expect(answer.status == 429)
        #expect(answer.response?.retryAfter == 3)
        #expect(answer.json?["parameters"] == ["retry_after": 3])
    }

    @Test func `a flood wait lasts for its seconds, even if the clock's next second begins before`() throws {
        var orders = FaultOrders(isManual: false)
        orders.add(.floodWait(3), method: nil, chat: nil, times: 1)
        func left(at now: Int64) -> JSON? {
            guard
                case .error(429, _, let parameters) = orders.next(method: "getMe", chat: "", bot: 7, at: now)
            else {
                return nil
            }
            return parameters?["retry_after"]
        }
        #expect(left(at: 100) == 3)
        // The call came just before the clock's next second.
        Instant.moveAhead(by: .milliseconds(2_100))
        #expect(orders.json(at: 103).count == 1)
        #expect(left(at: 103) == 1)
        Instant.moveAhead(by: .milliseconds(900))
        #expect(orders.json(at: 103).count == 0)
        #expect(left(at: 103) == nil)
    }

    @Test func `an HTML page has its status`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .html(502))
        let answer = test.call("sendMessage", hello)
        #expect(answer.status == 502)
        #expect(answer.json == nil)
        #expect(answer.text?.contains("<title>502 Bad Gateway</title>") == true)
    }

    @Test func `a broken body is half of the answer to a call that was carried out`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .brokenBody)
        let answer = test.call("sendMessage", hello)
        #expect(answer.status == 200)
        #expect(answer.json == nil)
        #expect(answer.text?.hasPrefix(#"{"ok":true,"result":"#) == true)
        #expect(wasCarriedOut(test))
    }

    @Test func `htmlAfter answers a call that was carried out with a page`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .htmlAfter(504))
        let answer = test.call("sendMessage", hello)
        #expect(answer.status == 504)
        #expect(answer.text?.contains("<title>504 Gateway Time-out</title>") == true)
        #expect(wasCarriedOut(test))
    }

    @Test func `a migrated chat is refused with the new chat's id`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(chat: 42, with: .migrated(to: -1005))
        let answer = test.call("sendMessage", hello)
        #expect(answer.status == 400)
        #expect(answer.json?["parameters"] == ["migrate_to_chat_id": -1005])
        #expect(test.server.calls.map(\.wasCarriedOut) == [false])
    }

    @Test func `closeBefore closes the connection without carrying out the call`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .closeBefore)
        #expect(test.call("sendMessage", hello).failure?.requestWentOut == true)
        #expect(test.server.calls.map(\.wasCarriedOut) == [false])
        #expect(!wasCarriedOut(test))
    }

    @Test func `closeAfter closes the connection after carrying out the call`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .closeAfter)
        #expect(test.call("sendMessage", hello).failure?.requestWentOut == true)
        #expect(wasCarriedOut(test))
    }

    @Test func `closeAfter on a used connection reaches the client as one failed call`() throws {
        let test = try TestRig().simulatorClient()
        _ = test.call("getMe")
        test.server.fail(method: "sendMessage", with: .closeAfter)
        #expect(test.call("sendMessage", hello).failure?.requestWentOut == true)
        #expect(test.server.calls.map(\.method) == ["getMe", "sendMessage"])
    }

    @Test func `hang never answers and doesn't carry out the call`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .hang)
        #expect(test.call("sendMessage", hello, within: .milliseconds(500)).failure?.requestWentOut == true)
        #expect(!wasCarriedOut(test))
    }

    @Test func `hangAfter never answers a call that was carried out`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .hangAfter)
        #expect(test.call("sendMessage", hello, within: .milliseconds(500)).failure?.requestWentOut == true)
        #expect(wasCarriedOut(test))
    }

    @Test func `delay answers later without blocking other calls`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendMessage", with: .delay(.milliseconds(100)))
        let start = Instant.current
        let late = test.send("sendMessage", hello)
        #expect(test.call("getMe").status == 200)
        #expect(late.result == nil)
        #expect(test.settle(late))
        #expect(late.status == 200)
        #expect(Instant.current - start >= .milliseconds(100))
    }

    @Test func `faults apply to getUpdates too, and closeAfter loses the answer but not the updates`() throws
    {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "getUpdates", with: .closeAfter)
        let poll = test.poll()
        test.server.add(["message_id": 1, "chat": ["id": 42]], as: "message")
        #expect(test.settle(poll))
        #expect(poll.failure != nil)
        #expect(test.call("getUpdates").updateIDs == [9001])
    }

    @Test func `faults without a method apply to any, oldest first, until they are cleared`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(with: .html(504))
        test.server.fail(times: .max, with: .html(502))
        #expect(test.call("getMe").status == 504)
        #expect(test.call("getUpdates").status == 502)
        #expect(test.call("getMe").status == 502)
        test.server.clearFaults()
        #expect(test.call("getMe").status == 200)
    }
}
