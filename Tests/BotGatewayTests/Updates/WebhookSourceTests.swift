import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// What a webhook does with requests.
@Suite(.ownProcess) struct WebhookSourceTests {
    @Test func `an update is answered once it is stored`() throws {
        let test = try TestRig().webhook()
        test.takes = false
        #expect(test.start())
        test.add("one")
        test.add("two", in: 43)
        #expect(test.wait { test.updates.count == 2 })
        #expect(test.server.pendingUpdates == 2)
        test.takeAll()
        #expect(test.wait { test.server.pendingUpdates == 0 })
        #expect(test.ids.sorted() == [9001, 9002])
        #expect(test.updates.allSatisfy { !$0.mayHaveComeBefore })
        #expect(test.answers >= 1)
        #expect(!test.source.isFailing && test.source.errors == 0)
    }

    @Test func `a request without the secret is rejected, and the log says so once`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        for secret in ["", "wrong", "", "wrong", test.secret + "x"] {
            let body = #"{"update_id":1,"message":{"chat":{"id":42}}}"#
            #expect(test.settled(test.post(Array(body.utf8), secret: secret)).status == 403)
        }
        #expect(test.updates.isEmpty)
        #expect(test.log.count("warning rejected a request without the header X-Telegram") == 1)
        #expect(test.log.count("warning rejected a request with another secret") == 1)
        #expect(!test.log.text.contains(test.secret))
    }

    @Test func `only POST is accepted, with a body of at most 4 MiB`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        #expect(test.settled(test.get()).status == 405)
        let text = String(repeating: "x", count: 4 << 20)
        for _ in 0..<2 { #expect(test.settled(test.post(1, text: text)).status == 413) }
        #expect(test.log.count("warning rejected a request of more than 4 MiB") == 1)
        #expect(test.settled(test.post(2, text: String(text.dropLast(100)))).status == 200)
        #expect(test.ids == [2])
    }

    @Test func `an update that is posted again while it is being stored is delivered once`() throws {
        let test = try TestRig().webhook()
        test.takes = false
        #expect(test.start())
        let answers = (0..<3).map { _ in test.post(7) }
        #expect(test.wait { !test.updates.isEmpty })
        #expect(!test.wait(within: .milliseconds(100)) { answers.contains(where: \.isThere) })
        test.takeAll()
        #expect(test.settle(answers))
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(test.settled(test.post(7)).status == 200)
        #expect(test.ids == [7])
    }

    @Test func `an update of an earlier run isn't delivered, and a doubtful one is marked`() throws {
        let test = try TestRig().webhook(taken: TakenUpdates([8], polledUntil: 7))
        #expect(test.start())
        for id in [8, 6, 9] as [Int64] { #expect(test.settled(test.post(id)).status == 200) }
        #expect(test.ids == [6, 9])
        #expect(test.updates.map(\.mayHaveComeBefore) == [true, false])
    }

    @Test func `before the start and after a stop Telegram is told to wait`() throws {
        let test = try TestRig().webhook()
        #expect(test.settled(test.post(1, text: "early")).status == 503)
        test.takes = false
        #expect(test.start())
        let answer = test.post(2)
        #expect(test.wait { test.ids == [2] })
        test.source.stop()
        #expect(test.settled(test.post(3)).status == 503)
        #expect(!answer.isThere)
        test.takeAll()
        #expect(test.settled(answer).status == 200)
        var isConfirmed = false
        test.source.confirm { isConfirmed = true }
        #expect(test.wait { isConfirmed })
        #expect(test.settled(test.post(4)).failure != nil)
        #expect(test.methods == ["setWebhook"])
        #expect(test.ids == [2])
    }

    @Test func `a malformed update is skipped, and an unreadable one after three attempts`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        let post = { (body: String) in test.settled(test.post(Array(body.utf8))).status }
        #expect(post(#"{"update_id":5,"nothing":1}"#) == 200)
        #expect(test.log.count("error skipped a malformed update: update 5 needs an object") == 1)
        #expect((0..<3).map { _ in post(#"{"update_id":6,"message":{"broken}}"#) } == [400, 400, 200])
        #expect(test.log.count("error skipped update 6, which can't be read") == 1)
        for body in ["", "[]", "nonsense", #"{"update_id":1,"message":{}},{"update_id":2,"message":{}}"#] {
            #expect(post(body) == 400, "\(body)")
        }
        #expect(test.updates.isEmpty)
    }

    @Test func `invalid UTF-8 is repaired`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        let body =
            Array(#"{"update_id":7,"message":{"chat":{"id":42},"text":"a"#.utf8) + [0xFF, 0xFE]
            + Array(#"b"}}"#.utf8)
        #expect(test.settled(test.post(body)).status == 200)
        #expect(test.updates.first?.payload["text"] == "a\u{FFFD}\u{FFFD}b")
    }
}
