import Glibc
import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct UpdateLogScannerTests {
    private let one = #"{"update_id":1,"message":{"text":"a"}}"#
    private let two = #"{"update_id":2,"poll":{"id":"5","options":[{}]}}"#
    private let three = #"{"update_id":3,"message":{"text":"} ] { [ \" \\ \\\\\" , пр😀","n":-1.5e3}}"#

    private var pretty: String {
        """
        {
          "update_id": 1,
          "message": {
            "text": "a"
          }
        }
        """
    }

    /// The same updates in every form of a log.
    private var logs: [String: String] {
        [
            "one a line": "\(one)\n\(two)\n\(three)\n",
            "without the last newline": "\(one)\n\(two)\n\(three)",
            "CRLF": "\(one)\r\n\(two)\r\n\(three)\r\n",
            "blank lines": "\n\n\(one)\n  \n\t\n\(two)\n\(three)\n\n",
            "one after the other": "\(one)\(two) \(three)",
            "byte order mark": "\u{FEFF}\(one)\n\(two)\n\(three)\n",
            "array": "[\(one),\(two),\(three)]",
            "array over lines": "[\n  \(one),\n  \(two),\n  \(three)\n]\n",
            "answer": #"{"ok":true,"result":[\#(one),\#(two),\#(three)]}"#,
            "answer with its result first": #"{"result":[\#(one),\#(two),\#(three)],"ok":true}"#,
            "answer laid out": "{\n  \"ok\" : true,\n  \"result\" : [\n\(one),\n\(two),\n\(three)\n]\n}\n",
            "answers": #"{"ok":true,"result":[]}"# + "\n"
                + #"{"ok":true,"result":[\#(one),\#(two)]}{"ok":true,"result":[\#(three)]}"#,
            "answers in an array":
                #"[{"ok":true,"result":[\#(one)]},{"ok":true,"result":[\#(two),\#(three)]}]"#,
            "pretty": "\(pretty)\n\(two)\n\(three)",
            "mixed": "\(pretty)[\(two)]\n" + #"{"ok":true,"result":[\#(three)]}"#,
            "answers that failed":
                #"{"ok":false,"error_code":409,"description":"result [{ \"","parameters":{"result":[{"a":1}]}}"#
                + #"\#(one)\#(two)\#(three){"ok":true,"result":{"id":7,"x":[{}]}}{"ok":true,"result":true}"#,
        ]
    }

    private func compact(_ update: String) throws -> String { try JSON(parsing: update).description }

    @Test func `every form of a log gives the same updates`() throws {
        let expected = try [one, two, three].map(compact)
        for (form, log) in logs {
            #expect(ScannedLog(log).texts == expected, "\(form)")
            #expect(ScannedLog(log).isWhole, "\(form)")
        }
    }

    @Test func `a log's updates and their positions don't depend on how it is split`() {
        var chance = SeededRandom(seed: 2)
        for (form, log) in logs {
            let bytes = Array(log.utf8)
            let whole = ScannedLog(log)
            for size in 1...5 { #expect(ScannedLog(bytes, cutInto: size) == whole, "\(form) by \(size)") }
            for _ in 0..<5 {
                let cut = ScannedLog(bytes, cutBy: &chance)
                #expect(cut == whole, "\(form)")
            }
        }
    }

    @Test func `an object that begins like an answer is one, however it is split`() {
        for key in ["ok", "result"] {
            let log = Array("{\"\(key)\":true,\"update_id\":1,\"poll\":{}}\n\(one)\n".utf8)
            for size in [1, 7, log.count] {
                #expect(ScannedLog(log, cutInto: size).found.map(\.line) == [2], "\(key) by \(size)")
            }
        }
    }

    /// A getUpdates body is a single long line. Searching for the line's end at each object would take minutes.
    @Test func `many objects on one line take no longer than one per line`() {
        let count = 100_000
        let line = String(repeating: "{}", count: count)
        let lines = String(repeating: "{}\n", count: count)
        let long = #"{"a":"\#(String(repeating: "x", count: 6 << 20))"}"#
        let apart = cpuTime { #expect(ScannedLog(lines + long).found.count == count + 1) }
        let together = cpuTime { #expect(ScannedLog(line + long).found.count == count + 1) }
        #expect(together < 4 * apart)
    }

    private func cpuTime(_ body: () -> Void) -> Int {
        let start = clock()
        body()
        return clock() - start
    }

    @Test func `an update's position is its beginning`() {
        let found = ScannedLog("\(one)\n  \(two)\n\n[\(three),\(one)]").found
        #expect(found.map(\.line) == [1, 2, 4, 4])
        // Multi-byte characters are one column each.
        #expect(found.map(\.column) == [1, 3, 2, 2 + three.unicodeScalars.count + 1])
    }

    @Test func `an empty log has no updates`() {
        for log in [
            "", "\n", " \r\n\t\n", "\u{FEFF}", "\u{FEFF}\n", "[]", "[ ]\n", #"{"ok":true,"result":[]}"#,
        ] {
            #expect(ScannedLog(log).found.isEmpty)
            #expect(ScannedLog(log).isWhole, "\(log)")
        }
    }

    @Test func `objects that aren't updates are returned too`() {
        #expect(ScannedLog(#"{"foo":1}{}"#).texts == [#"{"foo":1}"#, "{}"])
        #expect(
            ScannedLog(#"{"foo":{"ok":true,"result":[1]}}"#).texts == [#"{"foo":{"ok":true,"result":[1]}}"#])
    }

    @Test func `ok and result inside an update don't make it an answer`() {
        let update = #"{"update_id":1,"ok":{"result":[]},"result":[{"update_id":2}]}"#
        #expect(ScannedLog(update).texts == [update])
    }

    @Test func `strings with braces, quotes and backslashes are delimited correctly`() {
        for text in [
            #"\\"#, #"\""#, #"\\\""#, "}", "]}", #"{\"update_id\":9}"#, #"\u0022"#, "\\n", #"\/"#, "//",
        ] {
            let update = #"{"update_id":1,"message":{"text":"\#(text)"}}"#
            #expect(ScannedLog(update + update).found.count == 2, "\(text)")
            let answer = #"{"ok":true,"description":"\#(text)","result":[\#(update)]}"#
            #expect(ScannedLog(answer + update).found.count == 2, "\(text)")
        }
    }

    @Test func `an extra comma between updates is accepted`() {
        #expect(ScannedLog("[\(one),\(two),]").found.count == 2)
        #expect(ScannedLog(#"{"ok":true,"result":[\#(one),]}"#).isWhole)
    }
}
