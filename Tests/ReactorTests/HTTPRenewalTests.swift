import Reactor
import Testing

@Suite struct HTTPRenewalTests {
    @Test func `after so many requests a new connection is made, and the old one closed`() throws {
        let test = try HTTPTest(connections: 1, renewal: .init(requests: 3, countsOnlyShared: false))
        for number in 1...10 {
            let answer = test.send()
            #expect(test.loop.run(until: { answer.status == 200 }, within: .seconds(10)), "\(number)")
        }
        #expect(test.server.connectionsOpened == 4)
        #expect(test.loop.run(until: { test.server.connectionsOpen == 1 }, within: .seconds(10)))
    }

    @Test func `a request that is on its way stays with its connection`() throws {
        let test = try HTTPTest(connections: 1, renewal: .init(requests: 1, countsOnlyShared: false))
        let first = test.send()
        #expect(test.loop.run(until: { first.status == 200 }, within: .seconds(10)))
        test.respond = { _, _ in }
        let held = test.send()
        #expect(test.loop.run(until: { test.responders.count == 2 }, within: .seconds(10)))
        test.respond = { request, responder in responder.respond(status: 200, body: request.body) }
        test.responders[1].respond(status: 200)
        #expect(test.loop.run(until: { held.status == 200 }, within: .seconds(10)))
        let last = test.send()
        #expect(test.loop.run(until: { last.status == 200 }, within: .seconds(10)))
        #expect(test.server.connectionsOpened == 3)
    }

    @Test func `connections that serve one request at a time are kept`() throws {
        let test = try HTTPTest(connections: 1, renewal: .init(requests: 3))
        for _ in 1...10 {
            let answer = test.send()
            #expect(test.loop.run(until: { answer.status == 200 }, within: .seconds(10)))
        }
        #expect(test.server.connectionsOpened == 1)
    }
}
