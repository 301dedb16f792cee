import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// `pipegram chat` in a terminal.
@Suite struct ChatTerminalTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    private func chat(_ arguments: [String], environment: [String] = []) throws -> PseudoTerminal {
        try rig.terminal(
            [ProjectPaths.pipegram, "chat"] + arguments, environment: home + environment)
    }

    private var home: [String] { ["HOME=\(files.path)", "XDG_STATE_HOME=\(files.path)"] }

    @Test func `the chat shows who writes, and Ctrl-D ends it`() throws {
        let terminal = try chat([ProjectPaths.bot("lively.sh")])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("привет 👋\r")
        #expect(terminal.shows("#2 Demo: привет 👋"))
        // Bold, which a pipe never gets.
        #expect(String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[1mDemo"))
        terminal.type("/as Bob\r")
        #expect(terminal.shows("Bob>"))
        terminal.type("/menu\r")
        #expect(terminal.shows("[1 Yes] [2 No]"))
        terminal.type("/pre\t1\r")
        #expect(terminal.shows("answer: thanks"))
        #expect(terminal.shows("edited: pressed"))
        terminal.type("think\r")
        #expect(terminal.shows("(Demo is typing…) Bob>"))
        #expect(terminal.shows("Demo: thought"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `with --window a bot gets a message while it holds another`() throws {
        let bot = files.write(
            "pairs.sh",
            """
            #!/bin/sh
            held=
            while read -r line; do
                case $line in *'"type":"telegram.message"'*) ;; *) continue ;; esac
                id=${line#*'"update_id":'} id=${id%%,*}
                if [ -z "$held" ]; then held=$id; continue; fi
                printf '{"type":"telegram.send_message","text":"a pair"}\n'
                printf '{"type":"telegram.ack","update_id":%s}\n' "$id"
                held=
            done
            """)
        let terminal = try chat(["--ack", "event", "--window", "2", bot])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("one\rtwo\r")
        #expect(terminal.shows("Demo: a pair"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
        let logged = try rig.pipegram(["chat", "--window", "2", "--log", "log", "--", "cat"]).end()
        #expect(logged.status == 64 && logged.errorText.contains("--log and --window exclude each other"))
    }

    @Test func `crashes and refusals appear at once, and the line being typed stays`() throws {
        let terminal = try chat([ProjectPaths.bot("lively.sh")], environment: ["NO_COLOR=1"])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("bang\rhalf a")
        #expect(terminal.shows("stderr: that hurt"))
        #expect(terminal.shows("! child ended"))
        #expect(terminal.shows("You> half a"))
        terminal.type(" line\r")
        #expect(terminal.shows("Demo: half a line"))
        terminal.type("nothing\r")
        #expect(terminal.shows("! sendMessage rejected: 400 Bad Request: message text is empty"))
        #expect(!String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[31m"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `Ctrl-C drops the typed text, or ends the chat if there is none`() throws {
        let terminal = try chat([ProjectPaths.bot("echo.sh")])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("wrong\u{3}right\r")
        #expect(terminal.shows("Demo: right"))
        terminal.type("\u{3}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `a narrower window wraps wide characters to the next row`() throws {
        let terminal = try chat([ProjectPaths.bot("echo.sh")])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        let before = terminal.output.count
        terminal.resize(columns: 20, rows: 24)
        #expect(wait { terminal.output.count > before })
        terminal.type("abcdefghijklmn漢字👍\r")
        #expect(terminal.shows("漢字👍"))
        #expect(terminal.screen.contains("You> abcdefghijklmn"))
        #expect(terminal.shows("#2 Demo: abcdefghijk"))
        #expect(terminal.shows("lmn漢字👍"))
        terminal.type("\u{4}")
        #expect(terminal.ends())
        #expect(terminal.exit == 0)
    }

    @Test func `Ctrl-Z stops the chat, and fg restores the line being typed`() throws {
        let terminal = try rig.terminal(
            ["/bin/bash", "--norc", "--noediting", "-i"], environment: home + ["PS1=$ "])
        defer { terminal.close() }
        #expect(terminal.shows("$"))
        terminal.type("\(ProjectPaths.pipegram) chat \(ProjectPaths.bot("echo.sh"))\r")
        #expect(terminal.shows("You>"))
        terminal.type("half\u{1A}")
        #expect(terminal.shows("Stopped"))
        #expect(terminal.isCooked)
        terminal.type("fg\r")
        #expect(wait { terminal.screen.last == "You> half" })
        terminal.type(" a line\r")
        #expect(terminal.shows("Demo: half a line"))
        terminal.type("\u{4}")
        #expect(wait { terminal.screen.last == "$" })
        #expect(terminal.isCooked)
        terminal.type("exit\r")
        #expect(terminal.ends())
    }

    @Test(arguments: [(false, 0), (true, 128 + SIGHUP)])
    func `a bot that never answers doesn't block the end`(_ hangsUp: Bool, _ status: Int32) throws {
        let log = "\(files.path)/session.ndjson"
        let terminal = try chat(["--stop-grace", "200ms", "--log", log, "sh", "-c", "sleep 1000"])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("hello\r\u{3}")
        #expect(terminal.shows("waiting for the bot to process that"))
        if hangsUp { kill(terminal.pid, SIGHUP) } else { terminal.type("\u{3}") }
        #expect(terminal.ends())
        #expect(terminal.exit == status)
        #expect(files.read("session.ndjson")?.contains("hello") == true)
    }

    /// A bot that answers, but doesn't exit at the end of its input.
    private var lingering: String {
        files.write(
            "lingering.sh",
            """
            #!/bin/sh
            while read -r line; do
                case $line in
                *telegram.message*) echo '{"type":"telegram.send_message","text":"heard"}' ;;
                esac
            done
            sleep 1000 &
            echo $! > '\(files.path)/pid.new'
            mv '\(files.path)/pid.new' '\(files.path)/pid'
            wait
            """)
    }

    private func hasEnded(_ pid: pid_t) -> Bool {
        let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return true }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(file, &bytes, bytes.count)
        // In some containers, the first process doesn't reap orphans, so a zombie counts as ended.
        return count <= 0 || String(decoding: bytes.prefix(count), as: UTF8.self).contains(") Z ")
    }

    @Test(arguments: [(false, 128 + SIGINT), (true, 128 + SIGHUP)])
    func `when the user leaves, all processes end and the session is saved`(
        _ hangsUp: Bool, _ status: Int32
    ) throws {
        let log = "\(files.path)/session.ndjson"
        let terminal = try chat(["--stop-grace", hangsUp ? "200ms" : "1h", "--log", log, lingering])
        defer { terminal.close() }
        #expect(terminal.shows("You>"))
        terminal.type("x\r")
        #expect(terminal.shows("Demo: heard"))
        // The session is saved as it goes, in case the chat doesn't end properly.
        #expect(files.read("session.calls.ndjson")?.contains("heard") == true)
        if hangsUp { kill(terminal.pid, SIGHUP) } else { terminal.type("\u{4}") }
        #expect(wait { files.read("pid") != nil })
        let pid = try #require(files.read("pid").flatMap { pid_t($0.dropLast()) })
        #expect(!hasEnded(pid))
        // When a terminal closes, its shell sends a second SIGHUP.
        kill(terminal.pid, hangsUp ? SIGHUP : SIGINT)
        #expect(terminal.ends())
        #expect(terminal.exit == status)
        #expect(wait { hasEnded(pid) })
        #expect(terminal.isCooked)
    }
}
