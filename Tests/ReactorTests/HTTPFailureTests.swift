import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// How a client reports a missing answer. It never sends a request twice.
@Suite struct HTTPFailureTests {
    @Test func `after a refused connection, the request wasn't sent`() throws {
        let test = try TestRig().http()
        test.server.close()
        let failure = try #require(test.ask("/", [1]).failure)
        #expect(!failure.requestWentOut)
        #expect(!failure.brokeOff)
        #expect(failure.description.contains("127.0.0.1"))
    }

    @Test func `with an unknown host or an invalid URL, the request wasn't sent`() throws {
        let test = try TestRig().http()
        for url in ["http://no-such-host.invalid/", "http://", "nonsense", "file:///etc/passwd", ""] {
            var failure: HTTPClient.Failure?
            test.client?.send(HTTPClient.Request(url: url, timeout: .seconds(10))) {
                if case .failure(let it) = $0 { failure = it }
            }
            #expect(test.wait { failure != nil }, "\(url)")
            #expect(failure?.requestWentOut == false)
            #expect(failure?.reason.isEmpty == false)
        }
        #expect(test.ask().status == 200)
    }

    @Test func `a request whose answer times out fails as sent`() throws {
        let test = try TestRig().http()
        #expect(test.ask().status == 200)
        test.respond = { $1.hang() }
        let start = Instant.current
        let failure = try #require(test.ask("/", [1], timeout: .milliseconds(400)).failure)
        #expect(Instant.current - start >= .milliseconds(400))
        #expect(failure.requestWentOut)
        #expect(test.requests.count == 2)
        // The client closes the connection, so the late answer can't be taken for the next one's.
        #expect(test.wait { test.server.connectionsOpen == 0 })
    }

    @Test func `a timeout under a millisecond is still a timeout`() throws {
        let test = try TestRig().http()
        test.respond = { $1.hang() }
        #expect(test.ask(timeout: .microseconds(100)).failure != nil)
    }

    @Test func `a new connection that closes without an answer: the request arrived once and counts as sent`()
        throws
    {
        let test = try TestRig().http()
        test.respond = { $1.drop() }
        let answer = test.ask("/", [1, 2, 3])
        #expect(answer.failure?.requestWentOut == true)
        #expect(answer.timesDone == 1)
        #expect(test.requests.count == 1)
        #expect(test.server.connectionsOpened == 1)
    }

    @Test(arguments: [nil, 0, 3, 100_000, 1 << 20])
    func `a kept connection that closes without an answer: the request arrived once and counts as sent`(
        size: Int?
    )
        throws
    {
        let test = try TestRig().http()
        #expect(test.ask("/", [1]).status == 200)
        test.respond = { $1.drop() }
        let answer = test.ask("/", size.map { [UInt8](repeating: 1, count: $0) })
        #expect(answer.failure?.requestWentOut == true)
        #expect(answer.failure?.reason.isEmpty == false)
        #expect(test.requests.count == 2)
        #expect(answer.timesDone == 1)
        // The next request works as usual.
        test.respond = { $1.respond(status: 200) }
        #expect(test.ask("/", [4]).status == 200)
        #expect(test.requests.count == 3)
    }

    @Test func `when several kept connections close, each request arrives once`() throws {
        let test = try TestRig().http(connections: 4)
        test.respond = { _, _ in }
        let first = (0..<4).map { test.send("/first\($0)") }
        #expect(test.arrived(4))
        test.responders.forEach { $0.respond(status: 200) }
        #expect(test.settle(first))
        test.respond = { $1.drop() }
        let second = (0..<4).map { test.send("/second\($0)", [1]) }
        #expect(test.settle(second))
        #expect(second.allSatisfy { $0.failure?.requestWentOut == true })
        #expect(Set(test.requests.map(\.path)).count == 8)
        #expect(test.requests.count == 8)
    }

    @Test func `a server that closes late fails each pending request once`() throws {
        let test = try TestRig().http()
        test.respond = { _, _ in }
        let answers = (0..<3).map { test.send("/\($0)", [1]) }
        #expect(test.arrived(3))
        try test.restartServer()
        #expect(test.settle(answers))
        #expect(answers.allSatisfy { $0.failure?.requestWentOut == true })
        #expect(test.requests.count == 3)
    }

    // MARK: cancelling

    @Test func `a cancelled request is never reported, and its connection is closed`() throws {
        let test = try TestRig().http()
        test.respond = { $1.hang() }
        let answer = test.send("/", [1])
        #expect(test.arrived(1))
        test.client?.cancel(try #require(answer.transfer))
        #expect(test.wait { test.server.connectionsOpen == 0 })
        #expect(answer.result == nil)
        test.respond = { $1.respond(status: 200) }
        #expect(test.ask().status == 200)
        #expect(answer.result == nil)
    }

    @Test func `a request may be cancelled before it is sent, even by another one's completion`() throws {
        let test = try TestRig().http()
        let early = test.send("/early")
        test.client?.cancel(try #require(early.transfer))
        let hanging = test.send("/hanging")
        var done = false
        test.respond = { request, responder in
            if request.path == "/hanging" { responder.hang() } else { responder.respond(status: 200) }
        }
        #expect(test.arrived(1))
        test.client?.send(test.request("/last")) { _ in
            done = true
            if let transfer = hanging.transfer { test.client?.cancel(transfer) }
        }
        #expect(test.wait { done && test.server.connectionsOpen == 1 })
        #expect(test.requests.map(\.path) == ["/hanging", "/last"])
        #expect(early.result == nil)
        #expect(hanging.result == nil)
    }

    @Test func `a cancelled request releases its completion`() throws {
        final class Thing {}
        let test = try TestRig().http()
        var thing: Thing? = Thing()
        weak let seen = thing
        let transfer = test.client?.send(test.request()) { [thing] _ in _ = thing }
        thing = nil
        #expect(seen != nil)
        test.client?.cancel(try #require(transfer))
        #expect(seen == nil)
    }
}
