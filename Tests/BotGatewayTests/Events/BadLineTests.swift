import JSON
import TestSupport
import Testing

@testable import BotGateway

/// The malformed lines that bots print. Each is dropped and affects no other line.
@Suite struct BadLineTests {
    /// The message for the log and for the call's result.
    private func words(_ text: String) -> String? { ChildLine(text).error?.description }

    @Test func `a line that is not JSON is refused`() {
        for line in [
            "hello", "Traceback (most recent call last):", "{'type': 'telegram.get_me'}", "{", "\u{FEFF}{}",
        ] {
            guard case .notJSON = ChildLine(line).error else {
                Issue.record("\(line) passed")
                continue
            }
            #expect(ChildLine(line).rejection?.id == nil)
            #expect(words(line)?.hasPrefix("not JSON: ") == true)
        }
    }

    @Test func `half a line is refused without an id`() {
        let line = ChildLine(#"{"type":"telegram.send_message","id":"a1","text":"hal"#)
        #expect(line.rejection != nil)
        #expect(line.rejection?.id == nil)
    }

    @Test func `two objects in one line are refused`() {
        #expect(ChildLine(#"{"type":"telegram.get_me"}{"type":"telegram.get_me"}"#).event == nil)
        #expect(
            words(#"{"type":"telegram.get_me"}{"type":"telegram.get_me"}"#)?.hasPrefix("not JSON") == true)
    }

    @Test func `JSON that is not an object is refused`() {
        for line in [
            "[]", #"[{"type":"telegram.get_me","id":1}]"#, "5", "null", "true", #""telegram.get_me""#,
        ] {
            #expect(ChildLine(line).error == .notAnObject)
            #expect(ChildLine(line).rejection?.id == nil)
        }
        #expect(words("[]") == "expected one JSON object per line")
    }

    @Test func `an object without a type is refused with its id`() {
        let line = ChildLine(#"{"text":"hello","id":"a1"}"#)
        #expect(line.error == .missingType)
        #expect(line.rejection?.id == "a1")
        #expect(ChildLine("{}").error == .missingType)
        #expect(ChildLine("{}").rejection?.id == nil)
    }

    @Test func `an unknown type is refused with its id`() {
        let types = [
            "hello", "telegram.", "telegram", "telegram.sendMessage", "send_message", "telegram.send-message",
            "telegram.send_", "telegram._send", "telegram.send__message", "TELEGRAM.send_message", "",
            "telegram.disconnect", "telegram.send_message ", "telegram.сообщение",
            "telegram.../../getMe", "telegram.get_me?x=1",
        ]
        for type in types {
            let line = ChildLine(#"{"type":"\#(type)","id":7}"#)
            #expect(line.error == .unknownType(type))
            #expect(line.rejection?.id == 7)
        }
    }

    @Test func `an echoed result is refused without a result of its own`() {
        let line = ChildLine(#"{"type":"telegram.result","id":7,"ok":true,"result":true}"#)
        #expect(line.error == .unknownType("telegram.result"))
        #expect(line.rejection != nil)
        #expect(line.rejection?.id == nil)
    }

    @Test func `a type that is not a string is refused`() {
        let line = ChildLine(#"{"type":5,"id":7}"#)
        #expect(line.error == .unknownType("5"))
        #expect(line.rejection?.id == 7)
    }

    @Test func `invalid UTF-8 in a text is refused with the id, if it can be read`() {
        for bad in [[0xFF], [0xC3, 0x28], [0xC0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]] {
            let start = Array(#"{"type":"telegram.send_message","text":"a"#.utf8)
            let line = ChildLine(start + bad + Array(#"b","id":"a1"}"#.utf8))
            #expect(line.event == nil)
            #expect(line.rejection?.id == "a1")
            guard case .notJSON = line.error else {
                Issue.record("\(bad) gave \(String(describing: line.error))")
                continue
            }
        }
    }

    @Test func `a lone surrogate is refused with the id, if it can be read`() {
        for bad in [
            #"\ud83d"#, #"\ude00"#, #"\ud83d\ud83d"#, #"\ude00\ud83d"#, #"\ud83dx\ude00"#, #"\\\ud83d"#,
        ] {
            let line = ChildLine(#"{"id":5,"type":"telegram.send_message","text":"\#(bad)"}"#)
            #expect(line.event == nil, "\(bad)")
            #expect(line.rejection?.id == 5, "\(bad)")
        }
        // A surrogate encoded as three bytes is invalid UTF-8 too.
        let start = Array(#"{"id":5,"type":"telegram.send_message","text":""#.utf8)
        let line = ChildLine(start + [0xED, 0xA0, 0xBD] + Array(#""}"#.utf8))
        #expect(line.rejection?.id == 5)
    }

    @Test func `a surrogate pair is an emoji`() {
        let line = ChildLine(#"{"type":"telegram.send_message","text":"\\ud83d \ud83d\ude00"}"#)
        #expect(line.call?.parameters["text"]?.string == #"\ud83d 😀"#)
    }

    @Test func `a call without a required chat is refused with its id`() {
        let line = ChildLine(#"{"type":"telegram.send_message","text":"x","id":"a1"}"#, in: .user(7))
        #expect(line.error == .missingChat(type: "telegram.send_message", scope: "user:7"))
        #expect(line.rejection?.id == "a1")
        #expect(
            line.error?.description
                == "telegram.send_message needs 'chat_id': user:7 has no chat to default to")
        #expect(
            ChildLine(#"{"type":"telegram.send_message","text":"x"}"#, in: .bot).error?.description
                == "telegram.send_message needs 'chat_id': bot has no chat to default to")
    }

    @Test func `an integer beyond 64 bits is refused, not rounded`() {
        #expect(
            ChildLine(#"{"type":"telegram.send_message","chat_id":9223372036854775808,"text":"x"}"#).event
                == nil)
    }

    @Test func `a line that is nested too deep is refused`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(ChildLine(#"{"type":"telegram.send_message","text":\#(deep)"#).event == nil)
    }

    // MARK: messages

    @Test func `a method in Telegram's spelling gets a suggestion`() {
        let right = "; did you mean telegram.send_message?"
        for type in ["telegram.sendMessage", "sendMessage", "telegram.SendMessage", "send_message"] {
            #expect(
                words(#"{"type":"\#(type)"}"#) == "unknown type '\(type)'; 'man 5 pipegram' lists all types"
                    + right)
        }
        #expect(
            words(#"{"type":"telegram.setMyDefaultAdministratorRights"}"#)?
                .hasSuffix("did you mean telegram.set_my_default_administrator_rights?") == true)
    }

    @Test(arguments: [
        ("telegramm.send_message", "send_message"), ("telegram.send-message", "send_message"),
        ("telegram.sendMesage", "send_message"), ("send_mesage", "send_message"),
        ("Telegram.getme", "get_me"),
        ("telegram.Wake", "wake"), ("Telegram.getUpdate", "get_updates"),
        ("telegram.keepAlive", "keep_alive"), ("TELEGRAM.ACK", "ack"),
        ("telegram.setMoodOfTomorrow", "set_mood_of_tomorrow"),
    ])
    func `a misspelt type gets a suggestion`(_ type: String, _ right: String) {
        #expect(
            words(#"{"type":"\#(type)"}"#)
                == "unknown type '\(type)'; 'man 5 pipegram' lists all types; did you mean telegram.\(right)?"
        )
    }

    @Test func `a type that resembles no method gets no suggestion`() {
        for type in [
            "", "http.request", "telegram.", "telegram", "telegram.result", "telegram.disconnect", "hello",
            "5",
        ] {
            #expect(
                words(#"{"type":"\#(type)"}"#) == "unknown type '\(type)'; 'man 5 pipegram' lists all types")
        }
    }

    @Test func `a long name is truncated in the message`() {
        let long = String(repeating: "x", count: 100_000)
        let start = String(repeating: "x", count: 100)
        #expect(
            words(#"{"type":"\#(long)"}"#) == "unknown type '\(start)…'; 'man 5 pipegram' lists all types")
        #expect(
            words(#"{"type":"telegram.get_me","params":{},"\#(long)":1}"#)
                == "'\(start)…' is outside of 'params': move it there")
    }

    @Test func `the messages are written for the bot's author`() {
        let said: [(OutgoingEventError, String)] = [
            (
                .notJSON(JSONError(reason: "'}' expected near end of file", line: 1, column: 5)),
                "not JSON: '}' expected near end of file at column 5"
            ),
            (.tooLong(limit: 1_048_576), "longer than 1048576 bytes; --max-line sets the limit"),
            (.missingType, "it needs a 'type', such as telegram.send_message"),
            (.missing("update_id", type: "telegram.ack"), "telegram.ack needs 'update_id'"),
            (.notABool("only", type: "telegram.ack"), "telegram.ack: 'only' must be true or false"),
            (.badID, "'id' must be a string or a number"),
            (.badParams, "'params' must be an object"),
            (.besideParams("text"), "'text' is outside of 'params': move it there"),
            (.stateTooLong(bytes: 70_000), "the state has 70000 bytes; the limit is 65536"),
        ]
        for (error, words) in said { #expect(error.description == words) }
    }
}
