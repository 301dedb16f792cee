import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatorServerTests {
    private var message: JSON {
        [
            "message_id": 5, "chat": ["id": 42, "type": "private", "first_name": "Ада 🐈"], "date": 1,
            "text": "hi",
        ]
    }

    @Test func `a call is recorded, carried out and answered`() throws {
        let test = try TestRig().simulatorClient()
        test.server.add(message, as: "message")
        var heard: [String] = []
        test.server.history.onCall = { heard.append($0.method) }
        let answer = test.call("sendMessage", ["chat_id": 42, "text": "hello"])
        #expect(answer.status == 200)
        #expect(answer.json?["ok"] == true)
        #expect(answer.json?["result"]?["message_id"] == 6)
        #expect(test.server.calls.map(\.method) == ["sendMessage"])
        #expect(test.server.calls[0].parameters == ["chat_id": 42, "text": "hello"])
        #expect(heard == ["sendMessage"])
    }

    @Test func `a method may be called with GET, in any case, with arguments in the query`() throws {
        let test = try TestRig().simulatorClient()
        #expect(test.call("GETme", nil).json?["result"]?["id"] == 7)
        #expect(test.call("sendmessage?chat_id=42&text=a%20b", nil).json?["result"]?["text"] == "a b")
    }

    @Test func `a refusal has its error code, its description and the HTTP status`() throws {
        let test = try TestRig().simulatorClient()
        let answer = test.call("sendMessage", ["text": "x"])
        #expect(answer.status == 400)
        #expect(
            answer.text == #"{"ok":false,"error_code":400,"description":"Bad Request: chat_id is empty"}"#)
    }

    @Test func `another token gives 401`() throws {
        let test = try TestRig().simulatorClient()
        let answer = test.call("getMe", token: "7:other")
        #expect(answer.status == 401)
        #expect(answer.json?["description"] == "Unauthorized")
        #expect(test.server.calls.isEmpty)
    }

    @Test func `answers are ASCII`() throws {
        let test = try TestRig().simulatorClient()
        test.server.add(message, as: "message")
        let answer = test.call("getUpdates")
        #expect(answer.text?.contains(#""first_name":"\u0410\u0434\u0430 \ud83d\udc08""#) == true)
        #expect(answer.json?["result"]?[0]?["message"] == message)
    }

    @Test func `a body over 1 MiB gives an empty 413`() throws {
        let test = try TestRig().simulatorClient()
        let answer = test.call(
            "sendMessage", ["chat_id": 42, "text": JSON(String(repeating: "x", count: 1 << 20))])
        #expect(answer.status == 413)
        #expect(answer.text == "")
        #expect(test.server.calls.isEmpty)
    }

    @Test func `one connection serves many calls`() throws {
        let test = try TestRig().simulatorClient()
        for _ in 1...20 { #expect(test.call("getMe").status == 200) }
        #expect(test.server.connectionsOpened == 1)
        #expect(test.server.connectionsOpen == 1)
    }

    @Test func `a closed server closes its connections and accepts no more`() throws {
        let test = try TestRig().simulatorClient()
        let poll = test.poll()
        test.server.close()
        #expect(test.settle(poll))
        #expect(poll.failure?.requestWentOut == true)
        #expect(test.call("getMe").failure?.requestWentOut == false)
        #expect(test.server.connectionsOpen == 0)
    }

    @Test func `a server may be closed while it handles a call`() throws {
        let test = try TestRig().simulatorClient()
        test.server.history.onCall = { [unowned server = test.server] _ in server.close() }
        #expect(test.call("getMe").result != nil)
        #expect(test.call("getMe").failure?.requestWentOut == false)
    }

    @Test func `a released server closes, even with a request waiting`() throws {
        let rig = try TestRig()
        let client = rig.client(connections: 1)
        var server: SimulatorServer? = try rig.simulator()
        let url = try #require(server?.url)
        var failed = false
        client.send(HTTPClient.Request(url: "\(url)/bot7:secret/getUpdates?timeout=50", timeout: .seconds(5)))
        {
            if case .failure = $0 { failed = true }
        }
        #expect(rig.wait { server?.polls.count == 1 })
        server = nil
        #expect(rig.wait { failed })
    }

    @Test func `the connection of a client that disconnects while waiting is closed`() throws {
        let test = try TestRig().simulatorClient()
        let poll = test.poll()
        #expect(test.server.connectionsOpen == 1)
        test.client.cancel(try #require(poll.transfer))
        #expect(test.wait { test.server.connectionsOpen == 0 })
    }

    @Test func `a port can be used only once, and again after closing`() throws {
        let test = try TestRig().simulatorClient()
        let port = test.server.port
        #expect(throws: SystemError.self) {
            try SimulatorServer(on: test.loop, telegram: test.server.telegram, port: port)
        }
        test.server.close()
        _ = try SimulatorServer(on: test.loop, telegram: test.server.telegram, port: port)
    }

    @Test func `a compressed body is refused, not read as empty`() throws {
        let test = try TestRig().simulatorClient()
        var request = HTTPClient.Request(
            url: "\(test.server.url)/bot7:secret/getMe", body: .json([]), timeout: .seconds(5))
        request.headers = [("Content-Encoding", "gzip")]
        #expect(test.settled(test.send(request)).status == 415)
        request.headers = [("Content-Encoding", "identity")]
        #expect(test.settled(test.send(request)).status == 200)
    }

    @Test func `a query can hold a message of the maximum length`() throws {
        let test = try TestRig().simulatorClient()
        let text = String(repeating: "%F0%9F%98%80", count: 4096)
        let request = HTTPClient.Request(
            url: "\(test.server.url)/bot7:secret/sendMessage?chat_id=42&text=\(text)", timeout: .seconds(5))
        #expect(test.settled(test.send(request)).json?["result"]?["text"]?.string?.count == 4096)
    }
}
