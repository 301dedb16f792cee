import Glibc
import JSON
import TestSupport
import Testing

/// A message with values that are easily damaged, from Telegram to a child and back.
@Suite(.ownProcess) struct RoundTripTests {
    private let test: GatewayTest
    private let server: RecordingServer
    /// The message's members as the child should read them.
    private let members: String

    init() throws {
        test = try TestRig().gateway()
        server = try test.rig.recordingServer()
        let long = String(repeating: "длинный👋", count: 7_500)
        let deep = String(repeating: #"[{"d":"#, count: 49) + "[0]" + String(repeating: "}]", count: 49)
        members =
            #""message_id":5,"chat":{"id":42,"type":"private","z":1,"a":2},"date":1700000000,"#
            + #""integers":[9223372036854775807,-9223372036854775808,9007199254740993,-1,0],"#
            + #""reals":[0.1,52.370216,-0.0,1.0,2.50,1e300,5e-324,1.7976931348623157e308,1E-7],"#
            + #""":"an empty key","nothing":null,"nulls":[null,{"":null}],"empty":[[],{},""],"#
            + #""nul":"a\u0000b","controls":"\u0001\b\f\n\r\t\u001f\"\\","marks":"\#u{2028}\#u{2029}\#u{85}\#u{7F}\#u{FEFF}","#
            + #""emoji":"👩‍👩‍👧🇩🇪","z":1,"a":{"z":1,"a":2},"ключ":true,"long":"\#(long)","deep":\#(deep)"#
    }

    private var bot: String { ProjectPaths.bot("takes-back.sh") }

    private func run(_ arguments: [String]) throws -> ProgramRun {
        server.expectGateway()
        return try test.run(arguments, environment: ["TELEGRAM_API_URL": server.url])
    }

    /// Gives the message twice: in the form that the child should read, and as ASCII with spaces, as Telegram may write
    /// it.
    private func give() {
        server.give(#"{"update_id":1,"message":{\#(members)}}"#)
        let ascii = members.utf16.reduce(into: "") { text, unit in
            if unit < 0x80 { return text.unicodeScalars.append(Unicode.Scalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            text += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
        }
        server.give("{ \"message\" : {\(ascii)} ,\n \"update_id\" : 2 }")
    }

    /// The complete lines that the bot has read. Splits bytes, because splitting long texts into characters is slow.
    private var lines: [String] {
        let bytes = test.files.bytes("42") ?? []
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    private func expectMessages(_ lines: [String]) {
        let events = lines.filter { $0.hasPrefix(#"{"type":"telegram.message","#) }
        let expected = (1...2).map { #"{"type":"telegram.message","update_id":\#($0),\#(members)}"# }
        // Compares bytes: equal strings may differ in their bytes, and describing the difference of long strings takes
        // minutes.
        let isSame = events.map { Array($0.utf8) } == expected.map { Array($0.utf8) }
        #expect(isSame)
    }

    private func expectCalls() throws {
        #expect(server.calls.map(\.method) == Array(repeating: "takeBack", count: 4))
        for (index, call) in server.calls.enumerated() {
            let type = index % 2 == 0 ? "" : #""type":"telegram.message","#
            var given = try JSON(parsing: #"{\#(type)"update_id":\#(index / 2 + 1),\#(members)}"#)
            given.remove("nothing")
            // Compares bytes, because the order of keys and the digits of numbers count.
            let isSame = call.parameters.bytes == given.bytes
            #expect(isSame, "call \(index)")
        }
    }

    @Test func `a message reaches the child byte for byte, and its values come back the same`() throws {
        server.result = "{\(members)}"
        _ = try run(["--", bot])
        give()
        #expect(test.wait { server.calls.count == 4 })
        try expectCalls()
        // The child gets its calls' results before it has to exit.
        #expect(test.stop() == 0)
        let read = lines
        expectMessages(read)
        let result = try JSON(
            parsing: #"{"type":"telegram.result","id":"x","ok":true,"result":{\#(members)}}"#)
        let results = read.filter { $0.hasPrefix(#"{"type":"telegram.result","#) }
        #expect(results.count == 2)
        let isSame = try results.allSatisfy { try JSON(parsing: $0).bytes == result.bytes }
        #expect(isSame)
    }

    @Test func `the journal keeps events and calls unchanged`() throws {
        // The events are stored but not read.
        _ = try run(["--stop-grace", "50ms", "--", ProjectPaths.bot("never-reads.sh")])
        give()
        #expect(test.waitForLog("child started"))
        #expect(test.wait { server.hasGivenAll })
        #expect(test.stop() == 0)

        server.result = nil
        let second = try run(["--", bot])
        #expect(test.wait { (try? test.count("calls")) == 4 })
        #expect(test.wait { lines.count == 3 })
        expectMessages(lines)
        second.signal(SIGKILL)
        second.wait()

        server.result = "true"
        _ = try run(["--", ProjectPaths.bot("transcript.sh")])
        #expect(test.wait { server.calls.count == 4 })
        try expectCalls()
        #expect(test.stop() == 0)
    }
}
