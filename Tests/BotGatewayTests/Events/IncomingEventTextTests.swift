import JSON
import Testing

@testable import BotGateway

/// An event's text is put together from the update's own: it must say what the parsed update says.
@Suite struct IncomingEventTextTests {
    /// Whether the line is one JSON object with the payload's keys and values.
    private func isFaithful(_ event: IncomingEvent, to update: Update) -> Bool {
        guard event.line.last == 0x0A, event.line.count(where: { $0 == 0x0A }) == 1,
            let line = try? JSON(parsing: event.line)
        else { return false }
        let expected: JSON = ["type": JSON("telegram.\(update.kind)"), "update_id": JSON(update.id)]
        for (key, value) in update.payload.members {
            let isReserved = ["type", "update_id", "redelivered"].contains(key)
            expected.set(isReserved ? "\(update.kind)_\(key)" : key, value)
        }
        return line.description == expected.description
    }

    /// The first update of a log, and its event.
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

    @Test func `wherever the payload stands, it is the one that is handed on`() throws {
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
            #expect(isFaithful(event, to: update), "\(text)")
        }
    }

    @Test func `a kind that JSON has to escape is handed on`() throws {
        for kind in [#"a\"b"#, #"\u0001"#, "", "Ключ", #"\\"#, "a b"] {
            let (update, event) = try #require(
                try event(Array(#"{"update_id":1,"\#(kind)":{"chat":{"id":1},"x":"y"}}"#.utf8)))
            #expect(isFaithful(event, to: update), "\(kind)")
        }
    }

    @Test func `a payload's keys that are escaped are known all the same`() throws {
        let (update, event) = try #require(
            try event(Array(#"{"update_id":1,"message":{"chat":{"id":1},"\u0074ype":1}}"#.utf8)))
        #expect(isFaithful(event, to: update))
        #expect(try JSON(parsing: event.line)["message_type"] == 1)
    }

    @Test func `of a key that comes twice the last one is handed on`() throws {
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
                isFaithful(event, to: update), "\(text) became \(String(decoding: event.line, as: UTF8.self))"
            )
        }
    }

    @Test func `10,000 broken updates are no events, or say what was read`() {
        let updates = [
            #"{"update_id":1,"message":{"chat":{"id":1},"text":"\u043f \ud83d\ude00 \" \\ \/ \n","n":[1,-2.5e3,null]}}"#,
            #"{"message":{"chat":{"id":1},"a":{"b":[{}]}},"update_id":1,"x":"\\"}"#,
            #"{"update_id":1,"poll":{"chat":{"id":1},"type":"quiz","":""}}"#,
        ].map { Array($0.utf8) }
        var chance = Chance(seed: 5)
        var (events, faults) = (0, 0)
        for number in 0..<10_000 {
            let text = updates[number % updates.count].mutated(by: &chance)
            guard let (update, event) = try? event(text) else { continue }
            events += 1
            if !isFaithful(event, to: update) {
                faults += 1
                Issue.record(
                    "\(String(decoding: text, as: UTF8.self)) became \(String(decoding: event.line, as: UTF8.self))"
                )
            }
        }
        #expect(events > 100)
        #expect(faults == 0)
    }
}
