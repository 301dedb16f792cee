import Reactor
import TestSupport
import Testing

/// `chat` at a terminal.
@Suite struct ChatTerminalTests {
    let files = TemporaryDirectory()

    private func chat(
        _ arguments: [String], environment: [String] = [], on loop: EventLoop
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            [Places.pipegram, "chat"] + arguments,
            environment: ["HOME=\(files.path)", "XDG_STATE_HOME=\(files.path)"] + environment, on: loop)
    }

    @Test func `a person sees who says what, and Ctrl-D ends it`() throws {
        let terminal = try chat([Places.bot("lively.sh")], on: try EventLoop())
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("привет 👋\r")
        #expect(terminal.shows("#2 Demo: привет 👋"))
        // Bold, as nothing is for a script.
        #expect(String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[1mDemo"))
        terminal.type("/as Bob\r")
        #expect(terminal.shows("Bob>"))
        terminal.type("/menu\r")
        #expect(terminal.shows("[1 Yes] [2 No]"))
        terminal.type("/press 1\r")
        #expect(terminal.shows("answer: thanks"))
        #expect(terminal.shows("edited: pressed"))
        terminal.type("think\r")
        #expect(terminal.shows("(Demo is typing…) Bob>"))
        #expect(terminal.shows("Demo: thought"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `a crash and a refusal are told at once, and what is being typed stays`() throws {
        let terminal = try chat([Places.bot("lively.sh")], environment: ["NO_COLOR=1"], on: try EventLoop())
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("bang\rhalf a")
        #expect(terminal.shows("stderr: that hurt"))
        #expect(terminal.shows("! child ended"))
        #expect(terminal.shows("You> half a"))
        terminal.type(" line\r")
        #expect(terminal.shows("Demo: half a line"))
        terminal.type("nothing\r")
        #expect(terminal.shows("! sendMessage refused: 400 Bad Request: message text is empty"))
        #expect(!String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[31m"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `Ctrl-C drops what is typed, and with nothing typed ends it`() throws {
        let terminal = try chat([Places.bot("echo.sh")], on: try EventLoop())
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("wrong\u{3}right\r")
        #expect(terminal.shows("Demo: right"))
        terminal.type("\u{3}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }
}
