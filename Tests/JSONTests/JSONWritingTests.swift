import Glibc
import JSON
import Testing

@Suite struct JSONWritingTests {
    private func rewritten(_ text: String) throws -> String { try JSON(parsing: text).description }

    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", #""""#, "[]", "{}",
        #"[null,[],{},""]"#, #"{"":0," ":1,"a":{"":null}}"#, #""a\u0000b""#, #""\"\\\b\f\n\r\t\u0001\u001F""#,
        "\"\u{7F}\u{85}\u{2028}\u{2029}\u{FEFF}ä🐈\"", #""/""#, "1.5", "-0.0", "0.10000000000000001",
    ])
    func `compact JSON is written unchanged`(text: String) throws {
        #expect(try rewritten(text) == text)
    }

    @Test(arguments: [
        (" [ 1 ,\t2 ]\r\n", "[1,2]"), (#""\u0434\u0436""#, #""дж""#), (#""\ud83d\ude00""#, #""😀""#),
        (#""\uD83D\uDC08 \u2028""#, "\"🐈 \u{2028}\""), (#""\/\u002f""#, #""//""#),
        (#""\u001f""#, #""\u001F""#),
        (#"{"\u0061":1}"#, #"{"a":1}"#), ("-0", "0"), ("1e3", "1000.0"),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
    ])
    func `text is written in its shortest form, raw where possible`(text: String, expected: String) throws {
        #expect(try rewritten(text) == expected)
    }

    @Test(
        arguments: [
            1.1, 52.370216, 0.1 + 0.2, 1e-7, .leastNonzeroMagnitude, 1.7976931348623157e308, -2.5, 1e21,
            123456789.123456789, 1 / 3,
        ] as [Double])
    func `a real keeps its exact value`(number: Double) throws {
        let value = try JSON(parsing: "\(number)")
        #expect(value.number == number)
        #expect(value.integer == nil)
        #expect(try JSON(parsing: value.bytes).number == number)
    }

    @Test func `a thousand random doubles keep their exact values`() throws {
        srand48(1)
        for _ in 0..<1000 {
            let bits = UInt64(lrand48()) << 33 ^ UInt64(lrand48()) << 11 ^ UInt64(lrand48())
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            let value = JSON(floatLiteral: number)
            #expect(try JSON(parsing: value.bytes).number == number)
        }
    }

    @Test func `a hundred levels are unchanged`() throws {
        let text = String(repeating: #"[{"a":"#, count: 50) + "1" + String(repeating: "}]", count: 50)
        #expect(try rewritten(text) == text)
    }

    @Test func `a string of 60,000 characters is unchanged`() throws {
        let text = "\"" + String(repeating: "ж🐈x", count: 20_000) + "\""
        #expect(try rewritten(text) == text)
    }

    @Test func `JSON is a single line, whatever the strings contain`() throws {
        let value: JSON = ["a\n": "b\r\nc", "list": ["\n"]]
        #expect(!value.bytes.contains(UInt8(ascii: "\n")))
        #expect(!value.bytes.contains(UInt8(ascii: "\r")))
        #expect(try JSON(parsing: value.bytes) == value)
    }

    @Test func `writing appends to the bytes`() {
        var bytes = Array("data: ".utf8)
        ([1, 2] as JSON).write(to: &bytes)
        ("x" as JSON).write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"data: [1,2]"x""#)
    }

    @Test func `canonical text sorts the keys at every level, and no elements`() throws {
        let value: JSON = ["b": ["d": 1, "c": [3, 2]], "a": .null]
        #expect(value.canonical == #"{"a":null,"b":{"c":[3,2],"d":1}}"#)
        #expect(value.description == #"{"b":{"d":1,"c":[3,2]},"a":null}"#)
        #expect(try JSON(parsing: #"{"a":null,"b":{"c":[3,2],"d":1}}"#).canonical == value.canonical)
    }
}
