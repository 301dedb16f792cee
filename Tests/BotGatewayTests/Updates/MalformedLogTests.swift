import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct MalformedLogTests {
    private let good = #"{"update_id":1,"message":{"text":"a"}}"#

    /// Returns the position and reason for which a log is malformed. Checks that they don't depend on how the log is
    /// split.
    private func error(_ log: String) -> JSONError? { error(Array(log.utf8)) }

    private func error(_ log: [UInt8]) -> JSONError? {
        let whole = ScannedLog(pieces: [log[...]])
        for size in [1, 2, 7] {
            let cut = ScannedLog(log, cutInto: size)
            #expect(cut == whole, "\(String(decoding: log.prefix(80), as: UTF8.self)) cut into \(size)")
        }
        return whole.error
    }

    private func place(_ log: String) -> [Int]? { error(log).map { [$0.line, $0.column] } }

    @Test func `garbage is reported with its line and column`() {
        #expect(place("hello") == [1, 1])
        #expect(place("\(good)\n  hello") == [2, 3])
        #expect(place("\(good) x") == [1, good.count + 2])
        #expect(place("\(good)\n\n5\n") == [3, 1])
        #expect(place("[\(good),\n  null]") == [2, 3])
        #expect(place("\"update\"") == [1, 1])
        #expect(error("hello")?.reason == "expected an update, an object with 'update_id'")
        #expect(error("hello")?.description.hasPrefix("line 1, column 1: ") == true)
    }

    @Test func `a multi-byte character counts as one column`() {
        let wide = #"{"update_id":1,"message":{"text":"пр😀"}}"#
        #expect(place("\(wide) x") == [1, wide.unicodeScalars.count + 2])
        // The parser reports the end of the unexpected token.
        #expect(place(#"{"text":"пр😀"} {"a":"пр" "b":1}"#) == [1, 28])
        #expect(place("\u{FEFF}x") == [1, 1])
    }

    @Test func `a syntax error inside an update is reported with its position in the log`() {
        #expect(place(#"{"update_id":1,}"#) == [1, 16])
        #expect(place("\(good)\n\(good)\n" + #"  {"update_id":1 "message":{}}"#) == [3, 26])
        #expect(place("\(good)\n{\n  \"update_id\": 1,\n  \"message\": oops\n}\n") == [4, 17])
        #expect(place("[\(good),{\n\"a\":[1,]}]") == [2, 8])
    }

    @Test func `mismatched brackets are detected`() {
        for log in ["{]", "[}", #"{"a":[}"#, #"{"a":1]"#, "]", "}", "[\(good)}", "[[\(good)]]", #"{"a":{]}"#]
        {
            #expect(error(log) != nil, "\(log)")
        }
    }

    @Test func `after an array or an answer another log may follow`() {
        #expect(error("[\(good)]\(good)") == nil)
        #expect(place("[\(good)],") == [1, good.count + 3])
        #expect(place(#"{"ok":true,"result":[]},"#) == [1, 24])
        #expect(place("\(good),\n\(good)") == [1, good.count + 1])
    }

    @Test func `a truncated log is reported`() {
        let logs = [
            "{", #"{"update_id""#, #"{"update_id":1,"message":{"text":"a"#, String(good.dropLast()), "[",
            "[\(good)",
            "[\(good),", #"{"ok":true"#, #"{"ok":true,"result":["#, #"{"ok":true,"result":[\#(good)]"#,
            #"{"ok":true,"result":[\#(good.dropLast())"#, #"{"ok":"#, #"{"ok":true,"des"#,
        ]
        for log in logs { #expect(error(log) != nil, "\(log)") }
        #expect(error("[\(good)")?.reason == "the log is incomplete")
        #expect(place("\(good)\n{\"update_id\":1,\n\"mess")?.first == 3)
    }

    @Test func `updates before the error are found`() {
        let scanned = ScannedLog("\(good)\n\(good)\n{oops}\n\(good)\n")
        #expect(scanned.found.count == 2)
        #expect(scanned.error?.line == 3)
    }

    @Test func `half a byte order mark is garbage`() {
        #expect(error([0xEF])?.column == 1)
        #expect(error([0xEF, 0xBB] + Array(good.utf8))?.line == 1)
        #expect(error(Array(good.utf8) + [0xEF, 0xBB, 0xBF]) != nil, "in the end it is no mark")
        #expect(error([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF]) != nil, "two are one too many")
    }

    @Test func `invalid UTF-8 in an update is reported with its line`() {
        let log = Array("\(good)\n".utf8) + Array(#"{"update_id":1,"message":{"text":""#.utf8) + [0xFF]
        #expect(error(log + Array(#""}}"#.utf8))?.line == 2)
    }

    @Test func `deep nesting is parsed or refused, and never crashes`() {
        for depth in [100, 100_000] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            let log = #"{"update_id":1,"message":{"a":\#(nested)}}"#
            #expect((ScannedLog(log).found.count == 1) == (depth == 100))
            #expect((ScannedLog(log).error == nil) == (depth == 100))
            let answer = ScannedLog(#"{"ok":true,"x":\#(nested),"result":[\#(good)]}"#)
            #expect(answer.found.count == 1, "what doesn't matter in an answer may be as deep as it likes")
        }
        #expect(error(String(repeating: "{\"a\":", count: 3000)) != nil)
    }
}
