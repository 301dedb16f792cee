import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct HTTPHeaderTests: Rigged {
    let rig: TestRig
    private let server: HTTPServer
    private let client: HTTPClient

    init() throws {
        rig = try TestRig()
        server = try rig.server(host: "127.0.0.2")
        client = rig.client(connections: 1)
    }

    private func send(_ headers: [(name: String, value: String)], _ body: HTTPClient.Body) -> HTTPClient
        .Response?
    {
        var request = HTTPClient.Request(
            url: "http://127.0.0.2:\(server.port)/", body: body, timeout: .seconds(5))
        request.headers = headers
        return settled(HTTPAnswer(to: request, from: client)).response
    }

    @Test func `a request has its own headers besides the usual ones, and the next one doesn't`() {
        var seen: [(own: String?, type: String)] = []
        server.onRequest = { request, responder in
            seen.append((request.header("X-Own"), request.contentType))
            responder.respond(status: 200, contentType: "text/plain; charset=x")
        }
        #expect(send([("X-Own", "a b")], .json(Array("{}".utf8)))?.contentType == "text/plain; charset=x")
        _ = send([], .json(Array("{}".utf8)))
        _ = send([("X-Own", "c")], .none)
        _ = send([], .none)
        #expect(seen.map(\.own) == ["a b", nil, "c", nil])
        #expect(seen.map(\.type) == ["application/json", "application/json", "", ""])
    }

    @Test func `a form in an answer is parsed, and a broken form is not`() {
        let form = "--b\r\nContent-Disposition: form-data; name=\"method\"\r\n\r\ngetMe\r\n--b--\r\n"
        var body = form
        server.onRequest = { _, responder in
            responder.respond(
                status: 200, contentType: "multipart/form-data; boundary=b", body: Array(body.utf8))
        }
        #expect(send([], .none)?.parts == [ReceivedPart(name: "method", bytes: Array("getMe".utf8))])
        body = String(form.dropLast(6))
        #expect(send([], .none)?.parts == [])
    }

    @Test func `a server keeps as much of a file as its limit allows`() throws {
        let server = try rig.server(keptBytes: 3 << 20)
        var kept: [Int] = []
        server.onRequest = { request, responder in
            kept = request.parts.map(\.bytes.count)
            responder.respond(status: 200)
        }
        let path = files.write("long", [UInt8](repeating: 7, count: 4 << 20))
        let body = HTTPClient.Body.form([.init("file", .file(try InputFile(path), name: "long"))])
        var isAnswered = false
        client.send(.init(url: "http://127.0.0.1:\(server.port)/", body: body, timeout: .seconds(5))) { _ in
            isAnswered = true
        }
        #expect(wait { isAnswered })
        #expect(kept == [3 << 20])
    }

    @Test func `a server that was full accepts connections again`() throws {
        var limits = HTTPServer.Limits()
        (limits.connections, limits.idleTimeout) = (2, .seconds(1))
        let server = try HTTPServer(on: loop, limits: limits)
        server.onRequest = { $1.respond(status: 200) }
        let clients = (1...3).map { _ in rig.client(connections: 1) }
        let status = { (client: HTTPClient) in
            let request = HTTPClient.Request(
                url: "http://127.0.0.1:\(server.port)/", body: .none, timeout: .seconds(5))
            return settled(HTTPAnswer(to: request, from: client)).response?.status
        }
        #expect(status(clients[0]) == 200 && status(clients[1]) == 200)
        #expect(server.connectionsOpen == 2)
        #expect(wait { server.connectionsOpen == 0 })
        #expect(status(clients[2]) == 200)
    }

    @Test func `a host name is not an address to listen on`() {
        #expect(throws: SystemError.self) { try HTTPServer(on: loop, host: "example") }
    }
}
