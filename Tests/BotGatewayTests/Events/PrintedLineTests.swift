import Testing

@testable import BotGateway

@Suite struct PrintedLineTests {
    @Test(arguments: [
        ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{7}text", "text"),
        ("\u{1B}]8;;https://a.b\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"), ("\u{1B}(Bx", "x"),
        ("\u{9B}31mred", "red"), ("\u{1B}7a\u{1B}8b", "ab"), ("a\0b\u{7}c\u{7F}", "abc"), ("a\tb", "a\tb"),
        ("x\u{1B}[", "x"),
    ])
    func `escape sequences and control characters are removed`(_ printed: String, _ visible: String) {
        #expect(PrintedLine.visible(printed) == visible)
    }

    @Test(arguments: [
        ("10%\r20%\r100%", "100%"), ("10%\r20%\r", "20%"), ("text\r", "text"),
        ("\r\u{1B}[K50%\r\u{1B}[KDone", "Done"),
        ("50%\r\u{1B}[K", ""), ("50%\u{1B}[2K\rnext", "next"), ("50%\r   \rnext", "next"),
        ("50%\r    \r", ""),
        ("work |\u{8}/\u{8}-", "work -"), ("\r\r", ""),
    ])
    func `a line that overwrites itself becomes its last state`(_ printed: String, _ visible: String) {
        #expect(PrintedLine.visible(printed) == visible)
    }

    @Test(arguments: [
        "\u{200B}", "\u{FEFF} \u{2800}", "\u{1B}[0m", "\u{202A}\u{200E}", " \u{3000}\t",
        "\u{2066}\u{2069}", "\u{2060}\u{AD}", "\u{61C}",
    ])
    func `a text that shows nothing is no message`(_ text: String) {
        var output = PlainTextOutput()
        #expect(output.append(text) == [])
        #expect(output.flush() == [])
    }

    @Test(arguments: [
        ("A\u{1B}[3", "1mred", "A", "red"), ("A\u{1B}", "[0mb", "A", "b"), ("a\u{9B}", "1mb", "a", "b"),
        ("a\u{1B}]0;ti", "tle\u{7}b", "a", "b"), ("a\u{1B}[0m", "b", "a", "b"),
    ])
    func `an escape sequence that is printed in two parts is removed`(
        _ first: String, _ second: String, _ one: String, _ other: String
    ) {
        var output = PlainTextOutput()
        #expect(output.append(first, isCut: true) + output.flush() == [.text(one)])
        #expect(output.append(second) + output.flush() == [.text(other)])
    }

    @Test func `a sequence without an end doesn't swallow what follows`() {
        var output = PlainTextOutput()
        _ = output.append("\u{1B}]" + String(repeating: "x", count: 5000), isCut: true)
        #expect(output.append("seen") + output.flush() == [.text("seen")])
    }

    @Test func `a joined emoji stays whole`() {
        #expect(PrintedLine.visible("\u{1B}[1m👨‍👩‍👧‍👦") == "👨‍👩‍👧‍👦")
    }
}
