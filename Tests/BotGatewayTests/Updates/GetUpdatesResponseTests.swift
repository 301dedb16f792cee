import JSON
import Testing

@testable import BotGateway

@Suite struct GetUpdatesResponseTests {
    private func answer(_ result: String) throws -> GetUpdatesResponse {
        try GetUpdatesResponse(Array(#"{"ok":true,"result":\#(result)}"#.utf8))
    }

    private func isReadable(_ body: String) -> Bool {
        (try? GetUpdatesResponse(Array(body.utf8))) != nil
    }

    @Test func `updates are in order, and the next offset is the last id + 1`() throws {
        let answer = try answer(#"[{"update_id":5,"message":{}},{"update_id":7,"poll":{}}]"#)
        #expect(answer.updates.map(\.id) == [5, 7])
        #expect(answer.updates.map(\.kind) == ["message", "poll"])
        #expect(answer.nextOffset == 8)
        #expect(answer.malformed.isEmpty)
    }

    @Test func `an empty batch leaves the offset`() throws {
        let answer = try answer("[]")
        #expect(answer.updates.isEmpty)
        #expect(answer.nextOffset == nil)
    }

    @Test func `the last id counts, even if it is the lowest`() throws {
        #expect(try answer(#"[{"update_id":727334708,"poll":{}},{"update_id":5,"poll":{}}]"#).nextOffset == 6)
    }

    @Test func `a malformed update is reported and confirmed`() throws {
        let answer = try answer(#"[{"update_id":5,"poll":{}},{"x":1},{"update_id":6,"message":"hi"}]"#)
        #expect(answer.updates.map(\.id) == [5])
        #expect(answer.malformed == [.noID, .nothingHappened(id: 6)])
        #expect(answer.nextOffset == 7)
    }

    @Test func `a batch without any id is unreadable`() {
        #expect(!isReadable(#"{"ok":true,"result":[{}]}"#))
        #expect(!isReadable(#"{"ok":true,"result":["x",{"update_id":"5","poll":{}}]}"#))
    }

    @Test func `a body without updates is unreadable`() {
        for body in [
            "", "{}", "[]", "null", "<html>", #"{"ok":true}"#, #"{"ok":true,"result":true}"#, #"{"ok":tru"#,
        ] {
            #expect(!isReadable(body), "\(body)")
        }
    }

    @Test func `invalid UTF-8 becomes U+FFFD and costs no update`() throws {
        let body =
            Array(
                #"{"ok":true,"result":[{"update_id":1,"poll":{}},{"update_id":2,"callback_query":{"data":"a"#
                    .utf8)
            + [0xFF, 0xC3] + Array(#"b"}},{"update_id":3,"poll":{}}]}"#.utf8)
        let answer = try GetUpdatesResponse(body)
        #expect(answer.updates.map(\.id) == [1, 2, 3])
        #expect(answer.updates[1].payload["data"] == "a\u{FFFD}\u{FFFD}b")
        #expect(answer.nextOffset == 4)
    }

    @Test func `the largest 64-bit id doesn't crash`() throws {
        #expect(try answer(#"[{"update_id":9223372036854775807,"poll":{}}]"#).nextOffset == nil)
    }

    @Test func `the first id is found in an unparseable body`() {
        func id(_ body: String) -> Int64? { GetUpdatesResponse.firstID(in: Array(body.utf8)) }
        #expect(id(#"{"ok":true,"result":[{"update_id":9001,"message":{"text":"\ud83d"#) == 9001)
        #expect(id(#"[{"update_id" : 9001, "update_id":9002"#) == 9001)
        #expect(id(#"{"update_id":99999999999999999999}"#) == nil)
        #expect(id(#"{"update_id":"x"}"#) == nil)
        #expect(id("<html>") == nil)
        #expect(id("") == nil)
    }
}
