import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct IncomingEventTests {
    private func event(_ update: String) throws -> IncomingEvent? {
        IncomingEvent(try Update(JSON(parsing: update), text: Array(update.utf8), line: 3))
    }

    /// The event's line for an update with this payload.
    private func line(_ payload: String, kind: String = "message") throws -> String {
        let event = try event(#"{"update_id":9001,"\#(kind)":\#(payload)}"#)
        return String(decoding: event?.line ?? [], as: UTF8.self)
    }

    @Test func `an event's line has the type, the update's id and the payload's keys unchanged`() throws {
        let payload =
            #"{"message_id":5,"from":{"id":42,"is_bot":false},"chat":{"id":42},"date":1700000000,"text":"hi"}"#
        #expect(
            try line(payload)
                == #"{"type":"telegram.message","update_id":9001,"# + payload.dropFirst() + "\n")
    }

    @Test func `keys keep their order, even in nested objects`() throws {
        let payload = #"{"z":1,"chat":{"type":"private","id":1},"a":{"y":[{"b":1,"a":2}],"x":0},"m":null}"#
        #expect(try line(payload).hasSuffix("," + payload.dropFirst() + "\n"))
    }

    @Test func `integers are exact to 64 bits`() throws {
        let numbers = #""n":[9223372036854775807,-9223372036854775808,9007199254740993,0,-1]}"#
        #expect(try line(#"{"chat":{"id":1},"# + numbers).hasSuffix(numbers + "\n"))
    }

    @Test func `reals keep their exact value and don't become integers`() throws {
        let reals = [0.1, -0.5, 1.0, 55.7558, 1e300, -2.5e-9, 1e-300, 37.617_299_999_999_99]
        let text = reals.map { "\($0)" }.joined(separator: ",")
        let event = try JSON(parsing: line(#"{"chat":{"id":1},"n":[\#(text)]}"#))
        #expect(event["n"]?.elements.map(\.number) == reals)
        #expect(event["n"]?.elements.allSatisfy { $0.integer == nil } == true)
    }

    @Test func `null, false, empty and nested values stay unchanged`() throws {
        let payload =
            #"{"chat":{"id":1},"a":null,"b":false,"c":"","d":[],"e":{},"f":[[[{"g":[null]}]]],"":"empty key"}"#
        #expect(try line(payload).hasSuffix("," + payload.dropFirst() + "\n"))
    }

    @Test func `unknown keys are passed on`() throws {
        let payload = #"{"chat":{"id":1},"brain_wave":{"hz":40},"ключ":"значение","a \"b\"":1}"#
        #expect(try line(payload).hasSuffix("," + payload.dropFirst() + "\n"))
    }

    @Test func `text that Telegram escapes arrives as raw UTF-8`() throws {
        let escaped = #"{"chat":{"id":1},"text":"\u043f\u0440 \ud83d\ude00 \u2028 \u0085 \/ \u007f"}"#
        let raw = "\"text\":\"пр 😀 \u{2028} \u{85} / \u{7F}\"}\n"
        #expect(try line(escaped).hasSuffix(raw))
    }

    @Test func `characters that JSON requires to be escaped stay escaped`() throws {
        let line = try line(#"{"chat":{"id":1},"text":"a\nb\r\t\"\\\b\f\u0000\u001f"}"#)
        #expect(line.hasSuffix(#""text":"a\nb\r\t\"\\\b\f\u0000\u001f"}"# + "\n"))
    }

    @Test func `a line contains exactly one newline, at its end`() throws {
        let payload =
            "{\"chat\" :\n{\"id\": 1},\r\n \"text\":\"one\\ntwo\\r\\nthree\\u000a\u{2028}\u{85}\"\n}"
        let line = Array(try line(payload).utf8)
        #expect(line.last == 0x0A)
        #expect(line.count { $0 == 0x0A } == 1)
        #expect(!line.contains(0x0D))
    }

    @Test func `a payload's own type key is renamed after the kind`() throws {
        let line = try line(#"{"chat":{"id":1,"type":"group"},"id":"5","type":"quiz"}"#, kind: "poll")
        #expect(
            line
                == #"{"type":"telegram.poll","update_id":9001,"chat":{"id":1,"type":"group"},"id":"5","poll_type":"quiz"}"#
                + "\n")
    }

    @Test func `a renamed key keeps its position, and only top-level keys are renamed`() throws {
        let line = try line(#"{"type":null,"chat":{"id":1},"x":{"type":"y"}}"#, kind: "brain_wave")
        #expect(
            line
                == #"{"type":"telegram.brain_wave","update_id":9001,"brain_wave_type":null,"chat":{"id":1},"x":{"type":"y"}}"#
                + "\n")
    }

    @Test func `a payload's keys can't be mistaken for the gateway's`() throws {
        let line = try JSON(parsing: line(#"{"chat":{"id":1},"update_id":5,"redelivered":true}"#))
        #expect(line["update_id"] == 9001)
        #expect(line["redelivered"] == nil)
        #expect(line["message_update_id"] == 5)
        #expect(line["message_redelivered"] == true)
    }

    @Test func `an event has its scope, its update's id and its line in the log`() throws {
        let event = try event(#"{"update_id":9001,"message":{"chat":{"id":-5}}}"#)
        #expect(event?.scope == .chat(-5))
        #expect(event?.updateID == 9001)
        #expect(event?.logLine == 3)
    }

    @Test func `a poll isn't an event`() throws {
        #expect(try event(#"{"update_id":9001,"poll":{"id":"5","type":"quiz"}}"#) == nil)
    }

    @Test func `an event's type is 'telegram.' and its kind`() throws {
        for row in UpdateKindTable.rows {
            let party = row.paths[0].split(separator: ".").reversed().reduce(#"{"id":1}"#) {
                #"{"\#($1)":\#($0)}"#
            }
            #expect(
                try line(party, kind: row.kind).hasPrefix(
                    #"{"type":"telegram.\#(row.kind)","update_id":9001,"#))
        }
    }
}
