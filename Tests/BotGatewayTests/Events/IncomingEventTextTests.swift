import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

/// An event's text is assembled from the update's text. It must have the same meaning as the parsed update.
@Suite struct IncomingEventTextTests {
    /// Returns the first update of a log and its event.
    private func event(_ log: [UInt8]) throws -> (Update, IncomingEvent)? {
        var scanner = UpdateLogScanner()
        var first: Update?
        let scanned = log.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                try scanner.scan(bytes) { json, text, _ in first = first ?? (try? Update(json, text: text)) }
            }
        }
        try scanned.get()
        return first.flatMap { update in IncomingEvent(update).map { (update, $0) } }
    }

    @Test func `the payload is found wherever it is in the update`() throws {
        let payload = #"{"chat":{"id":1},"text":"\"update_id\":5,\"message\":{}"}"#
        let updates = [
            #"{"update_id":1,"message":\#(payload)}"#, #"{"message":\#(payload),"update_id":1}"#,
            #"{"x":{"message":{"chat":{"id":2}}},"message":\#(payload),"update_id":1,"y":[{"message":3}]}"#,
            "{ \"update_id\" : 1 ,\r\n\t\"message\" : \(payload) , \"z\" : null } \r",
            #"{"update_id":1,"\u006dessage":\#(payload)}"#,
            #"{"a\\\"":"}","update_id":1,"message":\#(payload)}"#,
            #"{"update_id":1,"message\u0073":[],"message":\#(payload),"messages":{}}"#,
        ]
        for text in updates {
            let (update, event) = try #require(try event(Array(text.utf8)))
            #expect(
                String(decoding: event.line, as: UTF8.self)
                    == #"{"type":"telegram.message","update_id":1,"# + payload.dropFirst() + "\n", "\(text)")
            #expect(event.isFaithful(to: update), "\(text)")
        }
    }

    @Test func `a kind with escaped characters is passed on`() throws {
        for kind in [#"a\"b"#, #"\u0001"#, "", "Ключ", #"\\"#, "a b"] {
            let (update, event) = try #require(
                try event(Array(#"{"update_id":1,"\#(kind)":{"chat":{"id":1},"x":"y"}}"#.utf8)))
            #expect(event.isFaithful(to: update), "\(kind)")
        }
    }

    @Test func `escaped keys in a payload are recognized`() throws {
        let (update, event) = try #require(
            try event(Array(#"{"update_id":1,"message":{"chat":{"id":1},"\u0074ype":1}}"#.utf8)))
        #expect(event.isFaithful(to: update))
        #expect(try JSON(parsing: event.line)["message_type"] == 1)
    }

    @Test func `of a duplicate key the last value is passed on`() throws {
        let updates = [
            #"{"update_id":1,"message":{"chat":{"id":1}},"message":{"chat":{"id":2}}}"#,
            #"{"message":{"chat":{"id":1}},"update_id":1,"message":{"chat":{"id":2}}}"#,
            #"{"update_id":1,"message":5,"message":{"chat":{"id":2}}}"#,
            #"{"update_id":1,"message":{"chat":{"id":1},"chat":{"id":2}}}"#,
        ]
        for text in updates + updates.map({ $0 + "\n" }) {
            let (update, event) = try #require(try event(Array(text.utf8)))
            #expect(event.scope == .chat(2))
            #expect(
                event.isFaithful(to: update), "\(text) became \(String(decoding: event.line, as: UTF8.self))"
            )
        }
    }
}
