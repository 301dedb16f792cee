import JSON
import Testing

/// Parsing JSON with damaged text.
@Suite struct JSONRepairTests {
    private func repaired(_ pieces: [UInt8]...) throws -> JSON {
        try Array(pieces.joined()).withUnsafeBytes { try JSON(repairing: $0) }
    }

    private func salvaged(_ text: String) throws -> JSON {
        try Array(text.utf8).withUnsafeBytes { try JSON(salvaging: $0) }
    }

    private func quoted(_ bytes: [UInt8]) -> [UInt8] { [0x22] + bytes + [0x22] }

    @Test func `valid text is unchanged by repairing`() throws {
        #expect(try repaired(Array(#"{"a":"ж🐈"}"#.utf8)) == ["a": "ж🐈"])
    }

    @Test(
        arguments: [
            ([0xFF], "\u{FFFD}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0xC3, 0xA4, 0x80], "ä\u{FFFD}"),
            ([0xE2, 0x82], "\u{FFFD}"), ([0xED, 0xA0, 0xBD], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"),
        ] as [([UInt8], String)])
    func `invalid UTF-8 in a string becomes U+FFFD`(bytes: [UInt8], expected: String) throws {
        #expect(try repaired(quoted(bytes)).string == expected)
        #expect(try repaired([0x7B], quoted(bytes), Array(":1}".utf8)).keys == [expected])
    }

    @Test func `an invalid byte doesn't hide the string's end`() throws {
        #expect(try repaired([0x5B], quoted([0xE2]), [0x2C], quoted([0xF0, 0x9F]), [0x5D]).count == 2)
    }

    @Test func `repairing fixes only UTF-8`() {
        #expect(throws: JSONError.self) { try repaired(Array("[1,]".utf8)) }
        #expect(throws: JSONError.self) { try repaired(Array(#""\ud83d""#.utf8)) }
        #expect(throws: JSONError.self) { try repaired([0xFF]) }
        #expect(throws: JSONError.self) { try repaired(Array("[1,".utf8), quoted([0xFF])) }
        #expect(throws: JSONError.self) { try repaired([]) }
    }

    @Test func `the error after repairing has the position of the remaining fault`() {
        #expect {
            try repaired(Array("[\n".utf8), quoted([0xFF]), Array(", x]".utf8))
        } throws: { error in
            let error = error as? JSONError
            return error?.line == 2 && error?.column == 6
        }
    }

    @Test(arguments: [
        (#""\ud83d""#, "\u{FFFD}"), (#""\ude00""#, "\u{FFFD}"), (#""a\uD83Db""#, "a\u{FFFD}b"),
        (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
        (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"), (#""\ud83d\ude00\ude00""#, "😀\u{FFFD}"),
        (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\\ude00""#, #"\#u{FFFD}\ude00"#),
        (#""\ud83d🐈""#, "\u{FFFD}🐈"),
    ])
    func `a lone surrogate becomes U+FFFD`(text: String, expected: String) throws {
        #expect(try salvaged(text).string == expected)
    }

    @Test(arguments: [
        (#""\\ud83d""#, #"\ud83d"#), (#""\\\\ud83d""#, #"\\ud83d"#), (#""\\\ud83d""#, #"\\#u{FFFD}"#),
        (#""\"\ude00""#, "\"\u{FFFD}"), (#""\ud83d\ude00""#, "😀"), (#""\u0041\u0434""#, "Aд"),
    ])
    func `escaped backslashes and valid escapes are unchanged`(text: String, expected: String) throws {
        #expect(try salvaged(text).string == expected)
    }

    @Test(arguments: [
        #""\ud8""#, #""\u"#, #""\"#, #"\"#, #""\ud83d"#, #""\ud83d\"#, #""\ud83d\u"#, #""\u+d83""#,
    ])
    func `a truncated escape is still refused`(text: String) {
        #expect(throws: JSONError.self) { try salvaged(text) }
    }

    @Test func `salvaging also fixes invalid UTF-8`() throws {
        let bytes = quoted([0xFF] + Array(#"\ud83d"#.utf8) + [0xE2, 0x82])
        #expect(try bytes.withUnsafeBytes { try JSON(salvaging: $0) }.string == "\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test func `one user's damaged text doesn't cost the rest of a batch`() throws {
        let text = #"{"ok":true,"result":[{"update_id":1,"data":"\udc00"},{"update_id":2,"data":"ok"}]}"#
        let updates = try salvaged(text)["result"]?.elements ?? []
        #expect(updates.map { $0["update_id"] } == [1, 2])
        #expect(updates.map { $0["data"] } == ["\u{FFFD}", "ok"])
    }
}
