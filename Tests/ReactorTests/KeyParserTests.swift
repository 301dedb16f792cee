import Testing

@testable import Reactor

@Suite struct KeyParserTests {
    private func keys(_ text: String) -> [KeyParser.Key] {
        var keys = KeyParser()
        return keys.parse(Array(text.utf8))
    }

    @Test(arguments: [
        "aé日🙂", "\u{1b}[A\u{1b}OB\u{1b}[1;5C\u{1b}[3~\u{1b}f", "\u{1b}[200~one\r\ntwo\rthree\n\u{1b}[201~x\r",
        "\u{1b}[?62;4;6c\u{1b}_Gi=31;OK\u{1b}\\y\u{3}\u{1a}",
        "\u{1b}]11;rgb:0/0/0\u{7}z\u{1b}P1$r0m\u{1b}\\q",
    ])
    func `keys are the same wherever their bytes are split`(_ text: String) {
        let whole = keys(text)
        var pieces = KeyParser()
        #expect(text.utf8.flatMap { pieces.parse([$0]) } == whole)
        #expect(!whole.isEmpty)
    }

    @Test func `pasted text is one key, without control characters`() {
        #expect(
            keys("\u{1b}[200~one\r\ntwo\r\u{3}\u{1b}[Athree\t\n\u{1b}[201~x")
                == [.paste("one\ntwo\n[Athree\t"), .scalar(0x78)])
    }

    @Test(
        arguments: [
            ("\u{1b}[15~", []), ("\u{1b}[1;2P", []), ("\u{1b}[?1;2c", [.attributes([1, 2])]),
            ("\u{1b}[I", []),
            ("\u{1b}]0;title\u{7}", []), ("\u{1b}_Gi=31;ENOENT:no\u{1b}\\", [.graphics("ENOENT:no")]),
            ("\u{0}\u{1e}\u{1f}", []), ("\u{9b}", []), ("\u{1b}\u{1b}[A", [.scalar(0x10)]),
        ] as [(String, [KeyParser.Key])])
    func `keys that the editor doesn't know are not typed`(_ text: String, _ expected: [KeyParser.Key]) {
        #expect(keys(text + "a") == expected + [.scalar(0x61)])
    }

    @Test func `an unfinished sequence is given up after a limit`() {
        var keys = KeyParser()
        #expect(keys.parse([0x1B, 0x5B] + [UInt8](repeating: 0x30, count: 300)).count > 200)
        keys = KeyParser()
        #expect(keys.parse([0x1B, 0x5F, 0x47] + [UInt8](repeating: 0x61, count: 300)).count > 200)
    }
}
