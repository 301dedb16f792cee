import Glibc
import TestSupport
import Testing

@testable import Reactor

/// Types into an editor at this test's own terminal.
@Suite(.serialized) final class LineEditorTests: Rigged {
    let rig: TestRig
    private let terminal: PseudoTerminal
    private var editor: LineEditor
    private var lines: [String] = []
    private var events: [String] = []

    init() throws {
        setenv("TERM", "xterm-256color", 1)
        rig = try TestRig()
        terminal = try rig.terminal(columns: 20, rows: 8)
        editor = try LineEditor(
            prompt: "> ", historyPath: nil, input: terminal.descriptor, output: dup(terminal.descriptor),
            on: rig.loop)
        listen()
    }

    isolated deinit { editor.close() }

    private func listen() {
        editor.onLine = { [unowned self] in lines.append($0) }
        editor.onInterrupt = { [unowned self] in events.append($0 ? "interrupt of a line" : "interrupt") }
        editor.onEnd = { [unowned self] in events.append("end") }
        editor.onResize = { [unowned self] in events.append("resize") }
    }

    private func reopen(history: String?) throws {
        editor.close()
        editor = try LineEditor(
            prompt: "> ", historyPath: history, input: terminal.descriptor, output: dup(terminal.descriptor),
            on: loop)
        listen()
    }

    /// Types keys and waits for a line, which it returns.
    private func line(_ keys: String) -> String? {
        let before = lines.count
        terminal.type(keys)
        _ = wait { lines.count > before }
        return lines.count > before ? lines.last : nil
    }

    @Test func `a line is reported without its newline, and the prompt comes again`() {
        #expect(terminal.shows([">"]))
        #expect(line("hello\r") == "hello")
        #expect(terminal.shows(["> hello", ">"]))
        #expect(line("\r") == "")
    }

    @Test(arguments: [
        ("world\u{1}hello \u{5}!\r", "hello world!"), ("one two\u{17}three\r", "one three"),
        ("all\u{15}none\r", "none"), ("ab\u{1b}[D\u{7f}\r", "b"), ("ab\u{1b}[D\u{1b}[3~\r", "a"),
        ("one two\u{1b}[1;5Dmore \r", "one more two"), ("ab\u{1b}OHc\u{1b}OFd\r", "cabd"),
        ("a\u{1b}[15~b\u{1b}[?62;4c\u{1b}_Gi=31;OK\u{1b}\\c\r", "abc"),
        ("one two\u{1}\u{1b}d\u{4}x\r", "xtwo"),
    ])
    func `the usual shell keys edit the line`(_ keys: String, _ expected: String) {
        #expect(line(keys) == expected)
    }

    @Test func `Tab completes what the completions have in common, or shows them`() {
        editor.completions = { text in
            text.hasPrefix("/") ? ["/press ", "/private", "/photo "].filter { $0.hasPrefix(text) } : []
        }
        terminal.type("/p\t")
        #expect(terminal.shows(["/press   /private  /", "photo", "> /p"]))
        terminal.type("r\t")
        #expect(terminal.shows(["/press   /private  /", "photo", "/press   /private", "> /pr"]))
        #expect(line("e\tYes\r") == "/press Yes")
        #expect(line("日本\u{1}/ph\t\r") == "/photo 日本")
    }

    @Test func `a character is whole wherever its bytes are split, and a wide one takes two columns`() {
        for byte in Array("aé日本🙂ÿ".utf8) {
            terminal.type(bytes: [byte])
            _ = wait(within: .milliseconds(2)) { false }
        }
        #expect(terminal.shows(["> aé日本🙂ÿ"]))
        #expect(line("\u{2}\u{7f}\r") == "aé日本ÿ")
    }

    @Test func `invalid UTF-8 is dropped`() {
        terminal.type(bytes: [0x61, 0xFF, 0xC3, 0x62, 0x80, 0xE2, 0x82])
        #expect(line("c\r") == "abc")
    }

    @Test func `shown text appears above the line being typed`() {
        terminal.type("hello")
        #expect(terminal.shows(["> hello"]))
        editor.show("first\nsecond")
        #expect(terminal.shows(["first", "second", "> hello"]))
        #expect(line("!\r") == "hello!")
    }

    @Test func `shown text appears above a line of several rows with the cursor inside it`() {
        terminal.type("日本語日本語日本語日本語")
        #expect(terminal.shows(["> 日本語日本語日本語", "日本語"]))
        terminal.type("\u{1}")
        #expect(wait { terminal.cursor == (0, 2) })
        editor.show("a bot's answer of one row and a half")
        #expect(terminal.shows(["a bot's answer of on", "e row and a half", "> 日本語日本語日本語", "日本語"]))
        #expect(terminal.cursor == (2, 2))
        #expect(line("\r") == "日本語日本語日本語日本語")
        #expect(terminal.shows(["a bot's answer of on", "e row and a half", "> 日本語日本語日本語", "日本語", ">"]))
    }

    @Test func `text shown by the line's handler appears below the line`() {
        editor.onLine = { [unowned self] in editor.show("You said \($0).") }
        terminal.type("one\rtwo\r")
        #expect(terminal.shows(["> one", "You said one.", "> two", "You said two.", ">"]))
    }

    @Test func `text shown by a handler that closes the editor is visible`() {
        editor.onEnd = { [unowned self] in
            editor.show("bye")
            editor.close()
        }
        terminal.type("\u{4}")
        #expect(terminal.shows(["> ^D", "bye"]))
        #expect(terminal.isCooked)
    }

    @Test func `a new prompt is shown at once, and its colours take no columns`() {
        terminal.type("hi")
        #expect(terminal.shows(["> hi"]))
        editor.prompt = "\u{1b}[1mAnn\u{1b}[0m> "
        #expect(terminal.shows(["Ann> hi"]))
        #expect(terminal.cursor == (0, 7))
    }

    @Test func `Ctrl-C drops the line and reports whether there was one`() {
        terminal.type("half\u{3}")
        #expect(wait { self.events == ["interrupt of a line"] })
        terminal.type("\u{3}")
        #expect(wait { self.events.count == 2 })
        #expect(events.last == "interrupt")
        #expect(line("ok\r") == "ok")
    }

    @Test func `Ctrl-D ends the input on an empty line only`() {
        #expect(line("ab\u{4}\r") == "ab")
        #expect(events.isEmpty)
        terminal.type("\u{4}")
        #expect(wait { self.events == ["end"] })
    }

    @Test func `pasted lines become one line`() {
        terminal.type("\u{1b}[200~one\rtwo\u{1}\r\u{1b}[20")
        #expect(line("1~!\r") == "one\ntwo!")
    }

    @Test func `the history can be searched, and text shown meanwhile waits`() {
        for text in ["apple", "banana", "cherry"] { #expect(line("\(text)\r") == text) }
        #expect(line("\u{1b}[A\u{1b}[A\r") == "banana")
        terminal.type("\u{16}\u{18}\u{1b}x")
        editor.show("old news")
        #expect(terminal.shows("old news"))
        terminal.type("\u{12}app")
        #expect(terminal.shows("bck:app"))
        editor.show("news")
        #expect(line("\r") == "apple")
        #expect(terminal.shows("news"))
    }

    @Test func `the history survives the session in a file only its user can read`() throws {
        let path = "\(files.path)/state/chat/history"
        try reopen(history: path)
        #expect(line("one\r") == "one")
        #expect(line("one\r") == "one")
        #expect(line("\u{1b}[200~two\rrows\\\u{1b}[201~\r") == "two\nrows\\")
        #expect(files.read("state/chat/history") == "one\ntwo\\nrows\\\\\n")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        try reopen(history: path)
        #expect(line("\u{1b}[A\r") == "two\nrows\\")
        #expect(line("\u{1b}[A\u{1b}[A\r") == "one")
    }

    @Test func `a resized window redraws the line`() {
        terminal.type("hello")
        #expect(terminal.shows(["> hello"]))
        terminal.resize(columns: 12, rows: 8)
        raise(SIGWINCH)
        #expect(wait { self.events == ["resize"] })
        #expect(editor.width == 12)
        #expect(line(", world\r") == "hello, world")
        #expect(terminal.shows(["> hello, wor", "ld", ">"]))
    }

    @Test func `a signal during drawing is handled`() {
        #expect(terminal.shows([">"]))
        terminal.resize(columns: 12, rows: 8)
        raise(SIGWINCH)
        editor.show("news")
        #expect(wait { self.events == ["resize"] })
    }

    @Test func `colours of the prompt may follow each other, and end it`() {
        editor.prompt = "\u{1b}[1m\u{1b}[32mme>\u{1b}[0m\u{1b}[39m "
        terminal.type("hi")
        #expect(terminal.shows(["me> hi"]))
        #expect(String(decoding: terminal.output, as: UTF8.self).contains("\u{1b}[1m\u{1b}[32mme>"))
        #expect(terminal.cursor == (0, 6))
        editor.prompt = "\u{1b}[1mmy>\u{1b}[0m\u{1b}[39m"
        #expect(terminal.shows(["my> hi"]))
        #expect(String(decoding: terminal.output, as: UTF8.self).contains("my>\u{1b}[0m\u{1b}[39m hi"))
    }

    @Test func `the terminal is restored on closing, and the typed text stays`() {
        terminal.type("hello\u{1}")
        #expect(terminal.shows(["> hello"]))
        #expect(!terminal.isCooked)
        editor.show("bye")
        editor.close()
        #expect(terminal.isCooked)
        #expect(terminal.shows(["bye", "> hello"]))
        #expect(wait { terminal.cursor == (2, 0) })
        editor.show("more")
        editor.close()
    }

    @Test(arguments: [
        ("\u{1b}[?62;4;22c", Terminal.Pictures.sixel), ("\u{1b}[?62;22c", .none),
        ("\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[?62;c", .kitty), ("", .none),
    ])
    func `a terminal answers which image formats it supports`(
        _ answer: String, _ expected: Terminal.Pictures
    ) {
        var pictures: Terminal.Pictures?
        editor.askForPictures { pictures = $0 }
        terminal.type("x" + answer)
        #expect(wait { pictures != nil })
        #expect(pictures == expected)
        #expect(line("\r") == "x")
    }
}
