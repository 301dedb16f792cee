import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct PseudoTerminalTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `a program's terminal is its own controlling terminal`() throws {
        let script =
            "stty size; echo $A; read x </dev/tty; echo \"got $x\"; trap 'echo int; exit 7' INT; "
            + "echo ready; while :; do read y; done"
        let terminal = try rig.terminal(
            ["/bin/sh", "-c", script], environment: ["A=b"], columns: 33, rows: 9)
        #expect(terminal.shows(["9 33", "b"]))
        terminal.type("hi\r")
        #expect(terminal.shows("ready"))
        #expect(terminal.screen == ["9 33", "b", "hi", "got hi", "ready"])
        terminal.type("\u{3}")
        #expect(terminal.ends())
        #expect(terminal.exit == 7)
        #expect(terminal.shows("int"))
    }

    @Test(arguments: [
        ("ab\r\ncd", ["ab", "cd"]), ("abcdefg", ["abcde", "fg"]), ("abcde\r\nf", ["abcde", "f"]),
        ("ab\u{8}c\u{1b}[1mX", ["acX"]), ("日本語", ["日本", "語"]), ("e\u{301}x", ["e\u{301}x"]),
        ("abcd\u{1b}[2D\u{1b}[K", ["ab"]), ("a\r\nb\u{1b}[A\u{1b}[J", ["a"]), ("abc\r\u{1b}[P", ["bc"]),
        ("abc\r\u{1b}[@", [" abc"]), ("a\r\nb\r\nc\r\nd", ["b", "c", "d"]), ("\u{1b}[2;3Hx", ["", "  x"]),
        ("\u{1b}]8;;http://a\u{1b}\\b", ["b"]), ("\u{1b}[?2004ha", ["a"]),
    ])
    func `a screen shows what a terminal would show`(_ written: String, _ expected: [String]) {
        var screen = Screen(columns: 5, rows: 3, width: { Terminal.width(of: $0) })
        for byte in written.utf8 { screen.write([byte]) }
        #expect(screen.lines.prefix(expected.count) == expected[...])
        #expect(screen.lines.dropFirst(expected.count).joined() == "")
    }
}
