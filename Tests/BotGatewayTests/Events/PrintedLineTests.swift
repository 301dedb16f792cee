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

    @Test(arguments: ["\u{200B}", "\u{FEFF} \u{2800}", "\u{1B}[0m", "\u{202A}\u{200E}", " \u{3000}\t"])
    func `a text that shows nothing is no message`(_ text: String) {
        var output = PlainTextOutput()
        #expect(output.append(text) == [])
        #expect(output.flush() == [])
    }

    @Test func `a joined emoji stays whole`() {
        #expect(PrintedLine.visible("\u{1B}[1m👨‍👩‍👧‍👦") == "👨‍👩‍👧‍👦")
    }
}
