import Glibc
import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// How the gateway handles the malformed lines that bots commonly print. BadLineTests has more cases.
@Suite(.ownProcess) struct BadLinesTests {
    private struct BadLine {
        let bytes: [UInt8]
        /// The reason for which it is dropped.
        let reason: String
        /// The id with which the gateway reports the failure.
        let id: JSON?

        init(_ text: String, _ reason: String, id: JSON? = nil) {
            (bytes, self.reason, self.id) = (Array(text.utf8), reason, id)
        }

        init(_ bytes: [UInt8], _ reason: String, id: JSON? = nil) {
            (self.bytes, self.reason, self.id) = (bytes, reason, id)
        }

        /// The part of the line that the log shows.
        var start: Substring { String(decoding: bytes, as: UTF8.self).prefix(200) }
    }

    private static let filler = String(repeating: "x", count: 300)

    private static let lines = [
        BadLine("Hello, world! \(filler)", "not JSON: "),
        BadLine(#"["an","array"]"#, "expected one JSON object per line"),
        BadLine(#"{"text":"no type","id":3}"#, "it needs a 'type'", id: 3),
        BadLine(#"{"type":"telegram.sendMessage","id":"4"}"#, "did you mean telegram.send_message?", id: "4"),
        BadLine(
            Array(#"{"type":"telegram.send_message","id":5,"text":"a"#.utf8) + [0xFF] + Array(#"b"}"#.utf8),
            "not JSON: ", id: 5),
        BadLine(#"{"type":"telegram.send_message","id":6,"text":"\ud83d"}"#, "not JSON: ", id: 6),
        BadLine(
            #"{"type":"telegram.send_message","id":7,"text":"\#(String(repeating: "x", count: 5000))"}"#,
            "longer than 4096 bytes; --max-line sets the limit"),
        BadLine(#"{"type":"telegram.ack","id":9}"#, "telegram.ack needs 'update_id'", id: 9),
    ]

    @Test func `a bad line is dropped, logged once and answered, and the child keeps running`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--no-state", "--max-line", "4KiB"], bot: "bad-lines.sh")
        var bytes: [UInt8] = []
        for (index, line) in Self.lines.enumerated() {
            bytes +=
                line.bytes
                + Array("\n{\"type\":\"telegram.send_message\",\"text\":\"after \(index)\"}\n".utf8)
        }
        bytes += Array("\n \t\n\r\n{\"type\":\"telegram.send_message\",\"text\":\"CRLF\",\"id\":10}\r\n".utf8)
        test.files.write("lines", bytes)
        for chat in 42...44 { test.say("x", in: Int64(chat)) }

        let texts = Self.lines.indices.map { "after \($0)" } + ["CRLF"]
        #expect(test.wait { test.texts(in: 42) == texts })
        // A complete last line counts even without its newline.
        #expect(test.wait { test.texts(in: 44) == ["half a line"] })
        #expect(test.waitForLog("\"text\":\"hal"))
        #expect(test.texts(in: 43) == [])

        let answered = Self.lines.compactMap(\.id)
        #expect(test.wait { test.files.read("read")?.count(where: { $0 == "\n" }) == answered.count + 1 })
        #expect(test.stop() == 0)
        var results = try (test.files.read("read") ?? "").split(separator: "\n").map {
            try JSON(parsing: String($0))
        }
        #expect(results.removeLast()["type"] == "telegram.disconnect")
        let taken = results.filter { $0["ok"] == true }
        #expect(taken.compactMap { $0["id"] } == [10])
        let refused = results.filter { $0["ok"] == false }
        #expect(refused.compactMap { $0["id"] } == answered)
        for (result, line) in zip(refused, Self.lines.filter { $0.id != nil }) {
            #expect(result["error_code"] == 400)
            let description = result["description"]?.string ?? ""
            #expect(
                description.hasPrefix("Bad Request: ") && description.contains(line.reason), "\(description)")
        }

        let dropped = gateway.errors.filter { $0.contains("line dropped") }
        #expect(dropped.count == Self.lines.count + 1)
        for (record, line) in zip(dropped.filter { $0.contains("chat:42") }, Self.lines) {
            #expect(record.contains("warning chat:42 pid="))
            #expect(record.contains("line dropped: ") && record.contains(line.reason), "\(record)")
            #expect(record.hasSuffix(": \(line.start)"), "\(record)")
        }
        let half = dropped.filter { $0.contains("chat:43") }
        #expect(half.count == 1)
        #expect(half.first?.contains("not JSON: ") == true)
        #expect(gateway.errors.count { $0.contains("child started") } == 3)
    }

    @Test func `a child that prints rubbish without end costs the log eleven lines a minute`() throws {
        let test = try TestRig().gateway()
        let bot =
            #"read -r scope; yes x | head -n 200000; echo '{"type":"telegram.send_message","text":"done"}'; cat >/dev/null"#
        let gateway = try test.run(["--no-state", "--", "sh", "-c", bot])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["done"] })
        #expect(test.stop() == 0)
        #expect(gateway.errors.count { $0.contains("line dropped: not JSON") } == 10)
        #expect(gateway.errorText.contains("199990 more warnings about its output"))
    }
}
