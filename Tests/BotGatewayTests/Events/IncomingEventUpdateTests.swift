import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// Dead letters are turned back into updates.
@Suite struct IncomingEventUpdateTests {
    private func event(_ text: String) throws -> IncomingEvent {
        try #require(IncomingEvent(try Update(JSON(parsing: text), text: Array(text.utf8))))
    }

    private func update(from line: [UInt8]) throws -> String {
        let update = try #require(IncomingEvent.update(from: line))
        #expect(update.last == 0x0A)
        #expect(update.count { $0 == 0x0A } == 1)
        return String(decoding: update.dropLast(), as: UTF8.self)
    }

    /// Payloads of a kind, each with its chat or user.
    private func payloads(_ row: UpdateKindTable.Row) -> [String] {
        let path = row.paths[0].split(separator: ".")
        let party = path.dropFirst().reversed().reduce(#"{"id":-42,"type":"group"}"#) {
            #"{"\#($1)":\#($0)}"#
        }
        let start = #""\#(path[0])":\#(party)"#
        return [
            "{\(start)}", #"{"z":1.10,"n":[9223372036854775807,1e3,-0.0,null],\#(start),"a":{"type":"x"}}"#,
            #"{\#(start),"text":"\"}\\ \n 😀","":""}"#, #"{"type":"quiz",\#(start),"x":0.1}"#,
            #"{\#(start),"redelivered":null,"update_id":5,"x":{"\#(row.kind)_type":1}}"#,
        ]
    }

    @Test func `an update survives the way to a line and back`() throws {
        for row in UpdateKindTable.rows {
            for payload in payloads(row) {
                let text = #"{"update_id":9001,"\#(row.kind)":\#(payload)}"#
                let event = try event(text)
                let back = try update(from: event.line)
                #expect(try JSON(parsing: back) == JSON(parsing: text), "\(text) came back as \(back)")
                #expect(try self.event(back).line == event.line)
            }
        }
    }

    @Test func `numbers and the order of keys stay as written`() throws {
        let row = try #require(UpdateKindTable.rows.first)
        for payload in payloads(row).prefix(3) {
            let text = #"{"update_id":9001,"\#(row.kind)":\#(payload)}"#
            #expect(try update(from: try event(text).line) == text)
        }
    }

    @Test func `an unknown kind and an escaped one are restored`() throws {
        for kind in ["brain_wave", #"a\"b"#, "Ключ", ""] {
            let text = #"{"update_id":-1,"\#(kind)":{"chat":{"id":1}}}"#
            #expect(try update(from: try event(text).line) == text)
        }
    }

    @Test func `the gateway's marks are removed`() throws {
        var event = try event(#"{"update_id":1,"message":{"chat":{"id":1}}}"#)
        event.isRedelivered = true
        #expect(try update(from: event.lineForChild) == #"{"update_id":1,"message":{"chat":{"id":1}}}"#)
    }

    @Test(arguments: [
        "", "{}\n", "[]\n", "no JSON\n", #"{"type":"telegram.message"}"#, #"{"type":5,"update_id":1}"#,
        #"{"type":"telegram","update_id":1}"#, #"{"type":"telegram.message","update_id":"1"}"#,
    ])
    func `a line without an update gives nil`(_ line: String) {
        #expect(IncomingEvent.update(from: Array(line.utf8)) == nil)
    }
}
