import Reactor
import TestSupport
import Testing

@Suite struct HTTPRenewalTests {
    @Test func `after a number of requests a new connection is opened and the old one closed`() throws {
        let test = try TestRig().http(connections: 1, renewal: .init(requests: 3, countsOnlyShared: false))
        for number in 1...10 {
            let answer = test.send()
            #expect(test.wait { answer.status == 200 }, "\(number)")
        }
        #expect(test.server.connectionsOpened == 4)
        #expect(test.wait { test.server.connectionsOpen == 1 })
    }

    @Test func `a request in flight keeps its connection`() throws {
        let test = try TestRig().http(connections: 1, renewal: .init(requests: 1, countsOnlyShared: false))
        let first = test.send()
        #expect(test.wait { first.status == 200 })
        test.respond = { _, _ in }
        let held = test.send()
        #expect(test.wait { test.responders.count == 2 })
        test.respond = { request, responder in responder.respond(status: 200, body: request.body) }
        test.responders[1].respond(status: 200)
        #expect(test.wait { held.status == 200 })
        let last = test.send()
        #expect(test.wait { last.status == 200 })
        #expect(test.server.connectionsOpened == 3)
    }

    @Test func `connections that serve one request at a time are not renewed`() throws {
        let test = try TestRig().http(connections: 1, renewal: .init(requests: 3))
        for _ in 1...10 {
            let answer = test.send()
            #expect(test.wait { answer.status == 200 })
        }
        #expect(test.server.connectionsOpened == 1)
    }
}
