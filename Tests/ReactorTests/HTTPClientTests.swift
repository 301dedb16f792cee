import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite(.ownProcess) struct HTTPClientTests {
    @Test func `a request without a body is a GET`() throws {
        let test = try TestRig().http()
        #expect(test.ask("/bot7:x/getMe?offset=5").status == 200)
        #expect(test.requests.map(\.method) == ["GET"])
        #expect(test.requests[0].path == "/bot7:x/getMe")
        #expect(test.requests[0].query.map(\.name) == ["offset"])
        #expect(test.requests[0].body.isEmpty)
    }

    @Test(arguments: [0, 1, 1000, 70_000, 1 << 20])
    func `a body is sent as a JSON POST, and the answer comes back whole`(size: Int) throws {
        let test = try TestRig().http()
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let answer = test.ask("/", body)
        #expect(answer.status == 200)
        #expect((answer.response?.body == body) as Bool)
        #expect(test.requests.map(\.method) == ["POST"])
        #expect(test.requests[0].contentType == "application/json")
        #expect((test.requests[0].body == body) as Bool)
    }

    @Test func `GET and POST alternate on one connection`() throws {
        let test = try TestRig().http()
        let bodies = ["one", nil, "", "two", nil].map { $0.map { Array($0.utf8) } }
        for body in bodies {
            #expect(test.ask("/", body).text == body.map { String(decoding: $0, as: UTF8.self) } ?? "")
        }
        #expect(test.requests.map(\.method) == ["POST", "GET", "POST", "POST", "GET"])
        #expect(test.server.connectionsOpened == 1)
    }

    @Test func `any status is an answer`() throws {
        let test = try TestRig().http()
        for status in [200, 204, 301, 400, 401, 404, 409, 429, 500, 502] {
            test.respond = { $1.respond(status: status, body: status == 204 ? [] : Array("words".utf8)) }
            let answer = test.ask()
            #expect(answer.status == status)
            #expect(answer.text == (status == 204 ? "" : "words"))
        }
    }

    @Test func `Retry-After is reported in seconds, and as 0 if it is missing`() throws {
        let test = try TestRig().http()
        test.respond = { $1.respond(status: 429, headers: [("Retry-After", "37")]) }
        #expect(test.ask().response?.retryAfter == 37)
        test.respond = { $1.respond(status: 429) }
        #expect(test.ask().response?.retryAfter == 0)
        test.respond = { $1.respond(status: 429, headers: [("Retry-After", "soon")]) }
        #expect(test.ask().response?.retryAfter == 0)
    }

    // MARK: connections

    @Test func `a connection serves one request after another`() throws {
        let test = try TestRig().http()
        for _ in 0..<20 { #expect(test.ask("/", [1]).status == 200) }
        #expect(test.server.connectionsOpened == 1)
    }

    @Test func `concurrent requests each get their own answer`() throws {
        let test = try TestRig().http(connections: 10)
        test.respond = { _, _ in }
        let answers = (0..<10).map { test.send("/", Array("\($0)".utf8)) }
        #expect(test.arrived(10))
        #expect(test.server.connectionsOpened == 10)
        for (request, responder) in zip(test.requests, test.responders).reversed() {
            responder.respond(status: 200, body: request.body)
        }
        #expect(test.settle(answers))
        #expect(answers.map(\.text) == (0..<10).map { "\($0)" })
        #expect(answers.map(\.timesDone) == Array(repeating: 1, count: 10))
    }

    @Test func `a long poll doesn't block the requests behind it`() throws {
        let test = try TestRig().http()
        test.respond = { request, responder in
            if request.path == "/poll" { responder.hang() } else { responder.respond(status: 200) }
        }
        let poll = test.send("/poll")
        for _ in 0..<3 { #expect(test.ask("/call").status == 200) }
        #expect(poll.result == nil)
    }

    @Test func `no more connections are opened than allowed, and the other requests wait`() throws {
        let test = try TestRig().http(connections: 3)
        test.respond = { _, _ in }
        let answers = (0..<8).map { test.send("/\($0)") }
        #expect(test.arrived(3))
        var answered = 0
        while answered < 8 {
            #expect(test.arrived(answered + 1))
            #expect(test.requests.count - answered <= 3)
            test.responders[answered].respond(status: 200)
            answered += 1
        }
        #expect(test.settle(answers))
        #expect(test.server.connectionsOpened == 3)
    }

    @Test func `a request survives an idle connection that the server closed`() throws {
        let test = try TestRig().http()
        #expect(test.ask("/", [1]).status == 200)
        try test.restartServer()
        #expect(test.ask("/", [2]).status == 200)
        #expect(test.requests.map(\.body) == [[1], [2]])
        #expect(test.server.connectionsOpened == 1)
    }

    // MARK: reentrancy

    @Test func `a completion may send the next request`() throws {
        let test = try TestRig().http()
        var statuses: [Int] = []
        func next(_ result: Result<HTTPClient.Response, HTTPClient.Failure>) {
            statuses.append((try? result.get().status) ?? 0)
            if statuses.count < 5 { test.client?.send(test.request(), then: next) }
        }
        test.client?.send(test.request(), then: next)
        #expect(test.wait { statuses.count == 5 })
        #expect(statuses == [200, 200, 200, 200, 200])
        #expect(test.server.connectionsOpened == 1)
    }

    @Test func `a client may be released with requests in flight`() throws {
        let test = try TestRig().http(connections: 2)
        test.respond = { _, responder in responder.hang() }
        let answers = (0..<5).map { test.send("/\($0)", [1]) }
        #expect(test.arrived(2))
        test.dropClient()
        #expect(test.wait { test.server.connectionsOpen == 0 })
        #expect(answers.allSatisfy { $0.result == nil })
    }

    @Test func `a client may be released before its request is sent, or by a completion`() throws {
        let test = try TestRig().http()
        let never = test.send()
        test.dropClient()
        #expect(!test.wait(within: .milliseconds(2)) { never.result != nil })

        let other = try TestRig().http()
        other.client?.send(other.request()) { _ in other.dropClient() }
        #expect(other.wait { other.client == nil })
        #expect(other.wait { other.server.connectionsOpen == 0 })
    }

    @Test func `a released client leaves no descriptor open`() throws {
        let test = try TestRig().http()
        var client: HTTPClient? = test.rig.client(connections: 2)
        client = nil
        let before = Processes.openDescriptors
        client = test.rig.client(connections: 2)
        var done = 0
        for _ in 0..<4 { client?.send(test.request()) { _ in done += 1 } }
        #expect(test.wait { done == 4 })
        client = nil
        #expect(test.wait { test.server.connectionsOpen == 0 })
        #expect(Processes.openDescriptors == before)
    }
}
