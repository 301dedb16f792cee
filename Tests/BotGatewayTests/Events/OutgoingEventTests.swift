import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct OutgoingEventTests {
    @Test func `a call's keys become the method's parameters unchanged`() {
        let line =
            #"{"type":"telegram.send_message","text":"hello","n":[1,2.5,{"b":null}],"x":{"type":"y","id":3}}"#
        let call = ChildLine(line).call
        #expect(call?.method == "sendMessage")
        #expect(call?.type == "telegram.send_message")
        #expect(call?.id == nil)
        #expect(
            call?.parameters.description
                == #"{"chat_id":42,"text":"hello","n":[1,2.5,{"b":null}],"x":{"type":"y","id":3}}"#)
    }

    @Test func `an id is any string or number, and isn't a parameter`() {
        for id in ["a1", "", 1, -5, 9_223_372_036_854_775_807, 1.5, "😀"] as [JSON] {
            let call = ChildLine(#"{"type":"telegram.get_me","id":\#(id)}"#).call
            #expect(call?.id == id)
            #expect(call?.id?.description == id.description)
            #expect(call?.parameters == [:])
        }
    }

    @Test func `an id that is neither a string nor a number is refused without a result`() {
        for id in ["true", "[1]", "{}", "false"] {
            let line = ChildLine(#"{"type":"telegram.get_me","id":\#(id)}"#)
            #expect(line.error == .badID)
            #expect(line.rejection != nil)
            #expect(line.rejection?.id == nil)
        }
    }

    @Test func `a null id counts as missing`() {
        let call = ChildLine(#"{"type":"telegram.get_me","id":null}"#).call
        #expect(call != nil)
        #expect(call?.id == nil)
    }

    // MARK: params

    @Test func `params contains all parameters, even type and id`() {
        let line =
            #"{"type":"telegram.send_poll","params":{"question":"?","options":[],"type":"quiz","id":5},"id":"a"}"#
        let call = ChildLine(line).call
        #expect(call?.method == "sendPoll")
        #expect(call?.id == "a")
        #expect(
            call?.parameters.description
                == #"{"chat_id":42,"question":"?","options":[],"type":"quiz","id":5}"#)
    }

    @Test func `params may be empty, and may contain chat_id`() {
        #expect(ChildLine(#"{"type":"telegram.leave_chat","params":{}}"#).call?.parameters == ["chat_id": 42])
        let other = ChildLine(#"{"type":"telegram.leave_chat","params":{"chat_id":-5}}"#)
        #expect(other.call?.parameters == ["chat_id": -5])
        let none = ChildLine(#"{"type":"telegram.leave_chat","params":null}"#)
        #expect(none.call?.parameters == ["chat_id": 42])
    }

    @Test func `params that are not an object are refused`() {
        for params in ["5", #""{}""#, "[]", "true"] {
            let line = ChildLine(#"{"type":"telegram.send_poll","params":\#(params),"id":3}"#)
            #expect(line.error == .badParams, "\(params)")
            #expect(line.rejection?.id == 3)
        }
    }

    @Test func `a parameter outside params is refused, not lost`() {
        let line = ChildLine(#"{"type":"telegram.send_poll","params":{"question":"?"},"options":[],"id":3}"#)
        #expect(line.error == .besideParams("options"))
        #expect(line.rejection?.id == 3)
    }

    // MARK: lines for the gateway

    @Test func `ack names the acknowledged event`() {
        #expect(ChildLine(#"{"type":"telegram.ack","update_id":9001}"#).acknowledged == 9001)
        for line in [#"{"type":"telegram.ack"}"#, #"{"type":"telegram.ack","update_id":"9001"}"#] {
            #expect(ChildLine(line).error == .missing("update_id", type: "telegram.ack"))
        }
        #expect(ChildLine(#"{"type":"telegram.ack","update_id":1,"only":null}"#).acknowledged == 1)
        #expect(
            ChildLine(#"{"type":"telegram.ack","update_id":1,"only":1}"#).error
                == .notABool("only", type: "telegram.ack"))
    }

    @Test func `a state is any value`() {
        for value in [#"{"step":2}"#, "[1,null]", #""x""#, "5", "1.5", "false"] {
            #expect(ChildLine(#"{"type":"telegram.state","value":\#(value)}"#).state?.description == value)
        }
    }

    @Test func `a null state is accepted, and deletes the state`() {
        #expect(ChildLine(#"{"type":"telegram.state","value":null}"#).state?.isNull == true)
        let line = ChildLine(#"{"type":"telegram.state","id":1}"#)
        #expect(line.error == .missing("value", type: "telegram.state"))
        #expect(line.rejection?.id == 1)
    }

    @Test func `a state has at most 64 KiB`() {
        func line(bytes: Int) -> ChildLine {
            let text = String(repeating: "x", count: bytes - 2)
            return ChildLine(#"{"type":"telegram.state","value":"\#(text)","id":"s"}"#)
        }
        #expect(line(bytes: 65536).state?.string?.utf8.count == 65534)
        #expect(line(bytes: 65537).error == .stateTooLong(bytes: 65537))
        #expect(line(bytes: 65537).rejection?.id == "s")
    }

    @Test func `keep_alive takes whole and fractional seconds`() {
        func seconds(_ value: String) -> ChildLine {
            ChildLine(#"{"type":"telegram.keep_alive","seconds":\#(value)}"#)
        }
        #expect(seconds("30").keptAlive == .seconds(30))
        #expect(seconds("0").keptAlive == .zero)
        #expect(seconds("0.25").keptAlive == .milliseconds(250))
        #expect(seconds("9223372036854775807").keptAlive == .seconds(1_000_000_000))
        #expect(seconds("1e308").keptAlive == .seconds(1_000_000_000))
        for value in ["-1", #""30""#, "null", "[]"] {
            #expect(seconds(value).error == .missing("seconds", type: "telegram.keep_alive"), "\(value)")
        }
    }

    @Test func `wake takes a time in seconds, and null forgets`() {
        func wake(_ members: String) -> ChildLine {
            ChildLine(#"{"type":"telegram.wake",\#(members),"id":1}"#)
        }
        for (at, seconds) in [("1700000000", 1_700_000_000), ("1700000000.25", 1_700_000_001), ("-5", 0)] {
            #expect(wake(#""at":\#(at)"#).wake?.at == Int64(seconds), "\(at)")
        }
        #expect(wake(#""at":1,"value":[null]"#).wake?.value == [.null])
        #expect(wake(#""at":1,"value":null"#).wake?.value == .null)
        #expect(wake(#""at":null"#).forgetsWakes)
        for members in [#""value":1"#, #""at":"1""#, #""at":[]"#] {
            #expect(wake(members).error == .missing("at", type: "telegram.wake"), "\(members)")
            #expect(wake(members).rejection?.id == 1)
        }
        #expect(wake(#""at":1700000000000"#).error == .wakeTooLate)
        let long = String(repeating: "x", count: 65535)
        #expect(wake(#""at":1,"value":"\#(long)""#).error == .valueTooLong(bytes: 65537))
    }

    // MARK: lines

    @Test func `a blank line is ignored`() {
        for line in ["", " ", "\r", "\t \r", "   "] {
            #expect(ChildLine(line).isBlank)
        }
    }

    @Test func `a line may end in CRLF and have surrounding white space`() {
        #expect(ChildLine(#"{"type":"telegram.get_me"}"# + "\r").call?.method == "getMe")
        #expect(ChildLine(" \t{\"type\" : \"telegram.get_me\" } \t\r").call?.method == "getMe")
    }

    @Test func `a raw U+2028, U+0085 or escaped newline inside a line is data`() {
        let text = "a\u{2028}b\u{85}c\\n😀"
        let call = ChildLine("{\"type\":\"telegram.send_message\",\"text\":\"\(text)\"}").call
        #expect(call?.parameters["text"]?.string == "a\u{2028}b\u{85}c\n😀")
    }
}
