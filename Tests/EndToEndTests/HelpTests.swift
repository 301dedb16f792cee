import JSON
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct HelpTests {
    @Test(arguments: [
        (["rnu"], "unknown command 'rnu'; did you mean 'run'?"),
        (["help", "statsu"], "unknown command 'statsu'; did you mean 'status'?"),
        (["dead_letter"], "unknown command 'dead_letter'; did you mean 'dead-letters'?"),
        (["xyzzy"], "unknown command 'xyzzy'; 'pipegram help' lists them"),
        (["./bot.sh", "it's"], "pipegram run -- ./bot.sh 'it'\\''s'"),
        (["--", "./bot.sh"], "pipegram run -- ./bot.sh"),
        (["--drop-pending", "--", "./bot.sh"], "pipegram run --drop-pending -- ./bot.sh"),
        (["run", "--scoep", "topic", "--", "cat"], "did you mean '--scope'?"),
        (["run", "--idletimeout=1s", "./bot.sh"], "did you mean '--idle-timeout'?"),
        (
            ["replay", "log", "--max-children", "9", "./bot.sh"],
            "--max-children must come before the log file and the program"
        ),
        (["send", "--resum", "x"], "Did you mean '--resume'?"),
    ])
    func `a misspelt command or option gets a suggestion and exit status 64`(
        _ arguments: [String], _ words: String
    ) throws {
        let end = try TestRig().pipegram(arguments).end()
        #expect(end.status == 64)
        #expect(end.errorText.hasPrefix("pipegram: "))
        #expect(end.errorText.contains(words), "\(end.errorText)")
        #expect(end.text.isEmpty)
    }

    @Test func `the overview begins with an example and groups the commands`() throws {
        let overview = try TestRig().pipegram([]).end()
        #expect(overview.status == 0)
        let lines = overview.text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "OVERVIEW: Turn any program into a Telegram bot.")
        #expect(lines[2].hasPrefix("  pipegram "))
        #expect(!overview.text.contains("SUBCOMMANDS:"))
        for group in ["TRY A BOT, WITHOUT A TOKEN:", "RUN IT ON TELEGRAM:", "INSPECT A GATEWAY:"] {
            #expect(lines.contains(group))
        }
        #expect(try TestRig().pipegram(["help"]).end().text == overview.text)
        #expect(try TestRig().pipegram(["--help"]).end().text == overview.text)
    }

    @Test func `each command's help has an example to paste, and --help prints the same`() throws {
        let overview = try TestRig().pipegram([]).end().text
        let commands = overview.split(separator: "\n").drop { !$0.hasPrefix("TRY") }
            .compactMap { line in
                line.hasPrefix("  ") && !line.hasPrefix("   ") ? line.split(separator: " ").first : nil
            }
            .map(String.init).filter { $0 != "See" }
        #expect(commands.contains("run") && commands.contains("completions"))
        for command in commands {
            let help = try TestRig().pipegram(["help", command]).end()
            #expect(help.status == 0)
            #expect(help.text.contains("\nExample:  "), "\(command)")
            // A wrapped example couldn't be pasted.
            let broken = help.text.split(separator: "\n").filter { [">", "<", "|"].contains($0.prefix(1)) }
            #expect(broken.isEmpty, "\(command): \(broken)")
            #expect(try TestRig().pipegram([command, "--help"]).end().text == help.text)
            #expect(try TestRig().pipegram(["--help", command]).end().text == help.text)
        }
    }

    @Test func `each option's help is a short phrase and not a sentence`() throws {
        let dump = try JSON(parsing: try TestRig().pipegram(["--experimental-dump-help"]).end().text)
        let arguments = dump["command"]?["subcommands"]?.elements.flatMap { $0["arguments"]?.elements ?? [] }
        // ArgumentParser's own: 'Show the version.' and 'Show help information.'
        let texts = Set(arguments?.compactMap { $0["abstract"]?.string } ?? []).filter {
            !$0.hasPrefix("Show the version") && !$0.hasPrefix("Show help")
        }
        #expect(texts.count > 40)
        for text in texts.sorted() {
            #expect(text.count < 60, "\(text.count) characters: \(text)")
            let phrase = text.prefix { $0 != "(" }
            #expect(!text.hasSuffix(".") && !phrase.contains { ".:;".contains($0) }, "a sentence: \(text)")
            #expect(!["The ", "A ", "An ", "It ", "When "].contains(where: text.hasPrefix), "\(text)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `the completions parse, and contain all commands and options`(_ shell: String) throws {
        let script = try TestRig().pipegram(["completions", shell]).end()
        #expect(script.status == 0)
        for word in ["dead-letters", "max-children", "topic", "pipegram_"] {
            #expect(script.text.contains(word), "\(word)")
        }
        guard let parsed = try? TestRig().run([shell, "-n"]).end(input: script.text + "\n") else { return }
        #expect(parsed.status == 0, "\(parsed.errorText)")
    }

    @Test func `bash completes commands, values, and a program after two hyphens`() throws {
        let script = """
            source <("$0" completions bash)
            try() {
                COMP_WORDS=(pipegram "$@") COMP_CWORD=$# COMP_LINE="pipegram $*"
                COMP_POINT=${#COMP_LINE} COMPREPLY=()
                _pipegram pipegram "${@: -1}" "${@: -2:1}"
                echo "${COMPREPLY[*]}"
            }
            try sta; try run --scope ''; try run --max-ch; try help doc; try run -- cat /etc/host
            """
        guard let end = try? TestRig().run(["bash", "-c", script, ProjectPaths.pipegram]).end() else {
            return
        }
        let lines = end.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.prefix(4) == ["status state", "chat topic user bot", "--max-children", "doctor"],
            "\(end.errorText)")
        #expect(lines.count == 5 && lines[4].contains("/etc/hosts"), "\(end.text)")
    }

    @Test func `a replay suspects a buffered stdout only if all output comes after the end of stdin`() throws
    {
        let files = TemporaryDirectory()
        let log = files.write(
            "updates.ndjson",
            (1...3).map {
                "{\"update_id\":\($0),\"message\":{\"message_id\":\($0),\"date\":1,\"chat\":{\"id\":42,"
                    + "\"type\":\"private\"},\"text\":\"x\"}}\n"
            }.joined())
        let say = #"echo '{"type":"telegram.send_message","text":"x"}'"#
        let cases = [
            ("x=$(cat); \(say)", true), ("\(say); x=$(cat); \(say)", false),
            ("x=$(cat); sleep 0.5; \(say)", false),
        ]
        for (bot, isAsked) in cases {
            let end = try TestRig().pipegram(["replay", log, "--", "sh", "-c", bot]).end()
            #expect(end.status == 0)
            #expect(end.errorText.contains("is its stdout buffered?") == isAsked, "\(end.errorText)")
            #expect(end.errorText.contains("use --ack event") == bot.contains("sleep"), "\(end.errorText)")
        }
    }

    @Test func `the manual pages are up to date with the help and the protocol`() throws {
        guard (try? TestRig().run(["python3", "--version"]).end()) != nil else { return }
        let end = try TestRig().run([
            "env", "PIPEGRAM=\(ProjectPaths.pipegram)", "python3",
            "\(ProjectPaths.root)/Tests/Manual/run",
            "--check",
        ]).end()
        #expect(end.status == 0, "\(end.errorText)")
    }

    @Test func `the manual pages are well-formed`() throws {
        guard (try? TestRig().run(["mandoc", "-V"]).end()) != nil else { return }
        let pages = ["1", "5"].map { "\(ProjectPaths.root)/docs/man/pipegram.\($0)" }
        let end = try TestRig().run(["mandoc", "-T", "lint", "-W", "warning"] + pages).end()
        #expect(end.status == 0, "\(end.text)")
    }
}
