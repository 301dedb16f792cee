import JSON
import Testing

@Suite struct JSONParsingTests {
    private func refusal(of text: String) -> JSONError? {
        do {
            _ = try JSON(parsing: text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "'a'", "01", "+1", ".5",
        "1.",
        "1e", "0x10", "NaN", "Infinity", "nul", "True", "[1] 2", "[1]]", "\"a\nb\"", "\"a\tb\"", #""\x41""#,
        #""\u12""#, #""open"#, "\u{FEFF}1", "// 1", "\0",
    ])
    func `invalid JSON is refused`(text: String) {
        #expect(refusal(of: text) != nil)
    }

    @Test(arguments: [
        "9223372036854775808", "-9223372036854775809", "1e999", #""\ud83d""#, #""\ude00""#, #""\ud83dx""#,
        #""\ud83d\u0041""#, #""\ude00\ud83d""#, #"{"a\u0000b":1}"#,
    ])
    func `numbers that can't be kept exactly are refused`(text: String) {
        #expect(refusal(of: text) != nil)
    }

    @Test(arguments: [
        [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0xBD], [0xF4, 0x90, 0x80, 0x80], [0x80],
    ])
    func `invalid UTF-8 is refused`(bytes: [UInt8]) {
        let text = [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test(arguments: [
        ("", 1, 1), ("[1,]", 1, 4), ("{\n  \"a\": x\n}", 2, 8), ("[1,\n2,\n3", 3, 1), ("[\"жжж\", x]", 1, 9),
        ("1 2", 1, 3),
    ])
    func `an error has its line and its column in characters`(text: String, line: Int, column: Int) throws {
        let error = try #require(refusal(of: text))
        #expect([error.line, error.column] == [line, column], "\(error)")
        #expect(!error.reason.isEmpty)
    }

    @Test func `an error's description gives the position and reason`() throws {
        let error = try #require(refusal(of: "[1,\n x]"))
        #expect(error.description == "line 2, column 2: invalid token near 'x'")
        #expect(error == JSONError(reason: "invalid token near 'x'", line: 2, column: 2))
    }

    @Test func `white space is allowed around a value`() throws {
        #expect(try JSON(parsing: " \r\n\t42 \r\n") == 42)
    }

    @Test func `2,048 levels are accepted, and one more is refused`() {
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(refusal(of: nested(2048)) == nil)
        #expect(refusal(of: nested(2049)) != nil)
    }

    @Test func `a duplicate key has the last value, in the first position`() throws {
        let value = try JSON(parsing: #"{"a":1,"b":2,"a":{"c":3}}"#)
        #expect(value.members.map(\.key) == ["a", "b"])
        #expect(value["a"]?["c"] == 3)
    }

    @Test func `a buffer, a slice and a string are parsed alike`() throws {
        let bytes = Array("xx[1]xx".utf8)
        #expect(try JSON(parsing: bytes[2..<5]) == [1])
        #expect(try bytes[2..<5].withUnsafeBytes { try JSON(parsing: $0) } == [1])
        #expect(try JSON(parsing: "[1]") == [1])
        #expect(throws: JSONError.self) { try JSON(parsing: UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    @Test func `NUL in a string is kept`() throws {
        #expect(try JSON(parsing: #"{"a":"x\u0000y"}"#)["a"]?.string == "x\u{0}y")
    }
}
