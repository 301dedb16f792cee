import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import Doctor
@testable import TelegramSimulator

/// Checks the doctor's diagnosis of each bot `Tests/Bots/broken-…`.
@Suite(.ownProcess) struct BrokenBotsTests {
    /// The bot, the line to change (0: the file as a whole), and words of the diagnosis.
    private static let cases: [(bot: String, line: Int, words: String)] = [
        ("bom.sh", 1, "byte order mark"), ("buffered.awk", 4, "fflush()"),
        ("buffered.lua", 5, #"io.stdout:setvbuf("line")"#), ("buffered.pl", 8, "$| = 1;"),
        ("buffered.py", 9, "flush=True"), ("buffered.rb", 9, "$stdout.sync = true"),
        ("buffered.sh", 3, "jq --unbuffered"), ("busy.pl", 7, "a whole CPU"),
        ("camel-case.py", 9, "did you mean telegram.send_message?"), ("chatter.sh", 3, "echo … >&2"),
        ("crlf.sh", 1, #"sed -i 's/\r$//'"#), ("deaf.sh", 0, "doesn't read its stdin"),
        ("empty-text.pl", 9, "message text is empty"), ("end.py", 7, "crashes on the end of its stdin"),
        ("env.py", 1, "#!/usr/bin/env -S python3 -u"), ("ignores-sigterm.sh", 3, "SIGTERM"),
        ("leaves-child.sh", 3, "leaves a process behind when it exits: sleep 321"),
        ("long-line.py", 9, "--max-line"), ("misspelt-key.py", 9, "did you mean 'text'?"),
        ("misspelt.rb", 9, "did you mean telegram.send_message?"),
        ("needs-text.py", 9, #"event.get("text")"#), ("never-ends.sh", 3, "while read -r line; do"),
        ("no-shebang.py", 1, "#!/usr/bin/env python3"), ("not-executable.py", 0, "chmod +x"),
        ("pretty.py", 9, "without indent"), ("quotes.sh", 5, "must be escaped"),
        ("reads-all.py", 6, "Read it line by line"), ("repr.py", 9, "json.dumps"),
        ("scope.py", 8, "crashes on the scope line"), ("shebang.py", 1, "/bin/no-such-env"),
        ("start.py", 4, "pip install no_such_module"),
        ("unknown-key.py", 10, "adds keys: ignore unknown ones"),
        ("unknown-kind.py", 16, "adds event types: ignore unknown ones"),
    ]

    /// The bots that use up the doctor's patience.
    private static let hangs: Set = ["busy.pl", "deaf.sh", "ignores-sigterm.sh", "never-ends.sh"]
    private static let searchPath = "/usr/bin:/bin:" + (getenv("PATH").map { String(cString: $0) } ?? "")

    @Test func `each broken bot gets its diagnosis with the line to change`() throws {
        let rig = try TestRig()
        var found: [String: [Diagnosis]] = [:]
        var checks: [ProgramCheck] = []
        let cases = Self.cases.filter { Self.canRun($0.bot) }
        // Concurrently, because the checks mostly wait.
        for (number, each) in cases.enumerated() {
            let path = ProjectPaths.bot("broken-\(each.bot)")
            let file = ProgramFile([path], searchPath: Self.searchPath)
            guard let program = file.program else {
                found[each.bot] = file.diagnoses
                continue
            }
            var options = ProbeOptions()
            options.patience = Self.hangs.contains(each.bot) ? .milliseconds(700) : .seconds(20)
            let check = ProgramCheck(
                try CommandTemplate(program), script: file.script, environment: Self.environment,
                options: options,
                number: Int64(getpid()) * 100 + Int64(number), temporaryDirectory: "/tmp", on: rig.loop)
            checks.append(check)
            check.start { found[each.bot] = file.diagnoses + $0 }
        }
        #expect(rig.wait(within: .seconds(60)) { found.count == cases.count })
        for each in cases {
            let faults = found[each.bot]?.filter { $0.severity == .fault } ?? []
            let place = ProjectPaths.bot("broken-\(each.bot)") + (each.line > 0 ? ":\(each.line)" : "")
            #expect(
                faults.contains { $0.subject == place && $0.message.contains(each.words) },
                "\(each.bot): \(faults)")
            // Each problem is reported once. A bot that ignores SIGTERM also ignores the end of its stdin.
            #expect(faults.count == (each.bot == "ignores-sigterm.sh" ? 2 : 1), "\(each.bot): \(faults)")
        }
    }

    @Test func `every broken bot in Tests is listed`() throws {
        let bots = try ProjectFile.names(in: "Tests/Bots").filter { $0.hasPrefix("broken-") }
        #expect(bots == Self.cases.map { "broken-\($0.bot)" }.sorted())
    }

    private static var environment: ChildEnvironment {
        ChildEnvironment(
            gateway: ["PATH=\(searchPath)"], isSecret: { _ in false }, bot: SimulatedTelegram.demoBot,
            version: "0")
    }

    /// Prints a note and returns false if the bot's interpreter isn't installed.
    private static func canRun(_ bot: String) -> Bool {
        let needed = ["awk": "gawk", "lua": "lua5.4", "rb": "ruby", "pl": "perl"]
        guard let ending = bot.split(separator: ".").last, let name = needed[String(ending)] else {
            return true
        }
        let isThere = searchPath.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
        if !isThere { print("skipped: broken-\(bot) needs \(name)") }
        return isThere
    }
}
