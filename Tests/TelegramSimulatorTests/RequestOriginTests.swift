import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// A web page must not use a simulator of the machine that shows it.
@Suite struct RequestOriginTests {
    private let directory = TemporaryDirectory()

    private func refusal(_ headers: [(String, String)], on address: String = "127.0.0.1") -> String? {
        var request = HTTPServer.Request(method: "POST", path: "/")
        request.headers = headers.map { (name: $0.0, value: $0.1) }
        return RequestOrigin(of: request).refusal(listeningOn: address, url: "http://x")?.description
    }

    @Test(arguments: [
        "127.0.0.1:8081", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:8081", "[::1]",
    ])
    func `the machine's own addresses are accepted`(_ host: String) {
        #expect(refusal([("Host", host)]) == nil)
    }

    @Test(arguments: [
        "evil.example:8081", "127.0.0.1.evil.example", "10.0.0.1", "[::2]:8081", "[::1", "simulator", "",
    ])
    func `another host is refused, as after DNS rebinding`(_ host: String) {
        #expect(refusal([("host", host)])?.hasPrefix("403 Forbidden: Host '\(host)'") == true)
    }

    @Test func `the listening address is accepted too; on all addresses, any that isn't a public name`() {
        #expect(refusal([("Host", "192.168.1.5:80")], on: "192.168.1.5") == nil)
        #expect(refusal([("Host", "192.168.1.6:80")], on: "192.168.1.5") != nil)
        #expect(refusal([("Host", "[fe80::1]:80")], on: "fe80::1") == nil)
        for address in ["0.0.0.0", "::"] {
            for host in ["10.0.0.1:80", "[fe80::1]", "simulator:8081"] {
                #expect(refusal([("Host", host)], on: address) == nil)
            }
            #expect(refusal([("Host", "evil.example")], on: address) != nil)
            #expect(refusal([("Host", "[fe80::1")], on: address) != nil)
        }
    }

    @Test func `only the simulator's own pages may send requests`() {
        let host = ("Host", "127.0.0.1:8081")
        #expect(refusal([]) == nil)
        #expect(refusal([host, ("Origin", "http://127.0.0.1:8081")]) == nil)
        for origin in ["https://evil.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:8081", ""]
        {
            #expect(refusal([host, ("Origin", origin)]) != nil, "\(origin)")
        }
        for site in ["same-origin", "none"] { #expect(refusal([host, ("Sec-Fetch-Site", site)]) == nil) }
        // A page's <img> sends no Origin.
        for site in ["cross-site", "same-site", ""] {
            #expect(refusal([host, ("Sec-Fetch-Site", site)]) != nil, "\(site)")
        }
    }

    // MARK: over HTTP

    private func send(
        _ test: SimulatorTest, _ path: String, _ headers: [(name: String, value: String)],
        _ body: JSON? = nil
    ) -> HTTPAnswer {
        let body = body.map { HTTPClient.Body.json($0.bytes) } ?? HTTPClient.Body.none
        var request = HTTPClient.Request(
            url: "\(test.server.url)\(path)", body: body, timeout: .seconds(5))
        request.headers = headers
        return test.settled(test.send(request))
    }

    @Test(arguments: [
        "/simulator", "/simulator/actions", "/simulator/chats", "/simulator/users/ada/sendMessage?text=x",
        "/bot7:secret/getUpdates", "/bot7:secret/sendMessage?chat_id=42&text=x", "/file/bot7:secret/f",
    ])
    func `each path refuses a web page with 403 and does nothing`(_ path: String) throws {
        let test = try TestRig().simulatorClient()
        for header in [("Origin", "https://evil.example"), ("Host", "evil.example")] {
            let answer = send(
                test, path, [(name: header.0, value: header.1)], path.contains("users") ? [:] : nil)
            #expect(answer.status == 403)
            #expect(answer.json?["ok"] == false)
        }
        #expect(test.server.calls.isEmpty && test.server.polls.isEmpty && test.server.downloads.isEmpty)
        #expect(test.server.telegram.chats.all.isEmpty)
    }

    @Test func `a page's upload uses up no fault`() throws {
        let test = try TestRig().simulatorClient()
        test.server.fail(method: "sendPhoto", with: .closeAfterBytes(1))
        let page = send(
            test, "/bot7:secret/sendPhoto", [(name: "Origin", value: "null")], ["chat_id": 42, "photo": "x"])
        #expect(page.status == 403)
        #expect(test.server.faults.json(at: 0).elements.count == 1)
    }

    @Test func `with --local a file's path is read for programs, and for no browser`() throws {
        let test = try TestRig().simulatorClient(strictness: .strict)
        test.server.localDirectory = directory.path
        _ = try test.server.telegram.perform("start", [:], as: 42).get()
        let call: JSON = ["chat_id": 42, "document": JSON("file://\(directory.write("secret", "x"))")]
        let path = "/bot7:secret/sendDocument"
        #expect(send(test, path, [], call).status == 200)
        for header in [("Origin", test.server.url), ("Sec-Fetch-Site", "same-origin")] {
            let answer = send(test, path, [(name: header.0, value: header.1)], call)
            #expect(answer.json?["description"] == "Bad Request: wrong file identifier/HTTP URL specified")
        }
    }
}
