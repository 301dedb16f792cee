import Glibc
import Reactor
import TestSupport

@testable import TelegramSimulator

/// An HTTP client and a server in one loop.
final class HTTPTest: Rigged {
    let rig: TestRig
    private(set) var server: HTTPServer
    private(set) var client: HTTPClient?
    /// The requests that arrived at the server.
    private(set) var requests: [HTTPServer.Request] = []
    private(set) var responders: [HTTPServer.Responder] = []
    /// Handles each request. By default, the answer is the request's own body.
    var respond: (HTTPServer.Request, HTTPServer.Responder) -> Void = { request, responder in
        responder.respond(status: 200, body: request.body)
    }

    init(connections: Int, renewal: HTTPClient.Renewal, on rig: TestRig) throws {
        self.rig = rig
        server = try rig.server(bodyLimit: 4 << 20)
        client = rig.client(connections: connections, renewal: renewal)
        listen()
    }

    private func listen() {
        server.onRequest = { [unowned self] request, responder in
            requests.append(request)
            responders.append(responder)
            respond(request, responder)
        }
    }

    /// Closes the server with all its connections and opens another one on the same port.
    func restartServer() throws {
        let port = server.port
        server.close()
        server = try rig.server(port: port, bodyLimit: 4 << 20)
        listen()
    }

    func dropClient() { client = nil }

    func request(
        _ path: String = "/", _ body: [UInt8]? = nil, timeout: Duration = .seconds(10)
    ) -> HTTPClient.Request {
        HTTPClient.Request(
            url: "http://127.0.0.1:\(server.port)\(path)",
            body: body.map { .json($0) } ?? HTTPClient.Body.none,
            timeout: timeout)
    }

    /// Sends a request without waiting for its answer.
    func send(_ path: String = "/", _ body: [UInt8]? = nil, timeout: Duration = .seconds(10)) -> HTTPAnswer {
        HTTPAnswer(to: request(path, body, timeout: timeout), from: client)
    }

    /// Sends a request with any body without waiting for its answer.
    func send(_ body: HTTPClient.Body, _ change: (inout HTTPClient.Request) -> Void = { _ in }) -> HTTPAnswer
    {
        var request = request()
        request.body = body
        change(&request)
        return HTTPAnswer(to: request, from: client)
    }

    /// Sends these bytes and returns all that the server answers until it closes the connection.
    func raw(_ text: String) -> String {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        _ = withUnsafeBytes(of: &address) { bytes in
            connect(
                connection, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
        write(connection, text, text.utf8.count)
        var answer: [UInt8] = []
        let isOver = wait {
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(connection, &piece, piece.count, Int32(MSG_DONTWAIT))
            answer += piece.prefix(max(0, count))
            return count == 0
        }
        return isOver ? String(decoding: answer, as: UTF8.self) : "no end"
    }

    /// Sends a request and waits for its answer.
    func ask(_ path: String = "/", _ body: [UInt8]? = nil, timeout: Duration = .seconds(10)) -> HTTPAnswer {
        settled(send(path, body, timeout: timeout))
    }

    /// Runs the loop until this many requests have arrived at the server.
    func arrived(_ count: Int) -> Bool {
        wait { requests.count >= count }
    }
}
