import JSON
import Reactor
import TestSupport
import Testing

/// Options from the configuration file and the environment.
@Suite(.ownProcess) struct ConfigurationTests {
    let files = TemporaryDirectory()

    private func run(
        _ arguments: [String], file: String? = nil, _ environment: [String: String] = [:]
    ) throws -> ProgramRun {
        let given = file.map { ["PIPEGRAM_CONFIG": files.write("c.toml", $0)] } ?? [:]
        return try TestRig().pipegram(arguments, environment: given.merging(environment) { $1 }).end()
    }

    /// The value of an option and its origin, as `pipegram config` prints them.
    private func row(_ option: String, in end: ProgramRun) -> String? {
        end.output.first { $0.hasPrefix("\(option) ") }.map {
            $0.split(separator: " ").dropFirst().joined(separator: " ").replacing("\(files.path)/", with: "")
        }
    }

    private func idle(_ command: String = "run", file: String, _ environment: [String: String] = [:]) throws
        -> String?
    {
        row("idle-timeout", in: try run(["config", command], file: file, environment))
    }

    // MARK: - Which value wins

    @Test
    func `a variable wins over a command's table, that over the keys before it, and those over the default`()
        throws
    {
        let all = "# x\nidle-timeout = \"2h\"\n[run]\nidle-timeout = \"3h\"\n"
        #expect(try idle(file: "") == "15m default")
        #expect(try idle(file: "# x\nidle-timeout = \"2h\"\n[chat]\n") == "2h c.toml:2")
        #expect(try idle(file: all) == "3h c.toml:4")
        #expect(try idle(file: all, ["PIPEGRAM_IDLE_TIMEOUT": "4h"]) == "4h $PIPEGRAM_IDLE_TIMEOUT")
        #expect(try idle(file: all, ["PIPEGRAM_IDLE_TIMEOUT": ""]) == "3h c.toml:4")
    }

    private static let poll =
        #"{"update_id":1,"message":{"message_id":1,"chat":{"id":42,"type":"private"},"text":"x"}}"#

    /// What `replay` prints for a bot that echoes.
    private func replay(
        _ options: [String], file: String, _ environment: [String: String] = [:], bot: [String]? = nil
    ) throws -> ProgramRun {
        let log = files.write("log", Self.poll)
        return try run(
            ["replay"] + options + [log] + (bot ?? ["--", ProjectPaths.bot("echo.sh")]), file: file,
            ["TRANSCRIPTS": files.path].merging(environment) { $1 })
    }

    @Test func `the command line wins over everything`() throws {
        let isUnordered = { (end: ProgramRun) in end.text.contains("\"scope\"") }
        #expect(isUnordered(try replay([], file: "unordered = true")))
        #expect(!isUnordered(try replay([], file: "unordered = false")))
        #expect(!isUnordered(try replay([], file: "[replay]\nunordered = true", ["PIPEGRAM_UNORDERED": "0"])))
        #expect(isUnordered(try replay([], file: "", ["PIPEGRAM_UNORDERED": "1"])))
        let wrong = try replay(["--max-line", "65536"], file: "max-line = \"much\"")
        #expect(wrong.status == 0, "\(wrong.errorText)")
        #expect(try replay(["--log-level=error"], file: "log-level = \"much\"").status == 0)
    }

    @Test func `the program may be in the file, and the command line's wins`() throws {
        let program = "program = ['\(ProjectPaths.bot("echo.sh"))']\n"
        #expect(try replay([], file: program, bot: []).text.contains("send_message"))
        #expect(try replay([], file: program, bot: ["true"]).text.isEmpty)
        #expect(try replay([], file: program, bot: ["--", "true"]).text.isEmpty)
        let chat = try run(["chat"], file: "[chat]\nprogram = [\"sh\", \"-c\", \"cat >&2; exit 3\"]")
        #expect(chat.status == 0, "\(chat.errorText)")
        #expect(try run(["chat"], file: "").errorText.contains("No program given"))
    }

    @Test func `the command line replaces all values of a repeatable option`() throws {
        let file = "allow-user = [42, \"@ada\"]\nallow-chat = -7\n"
        let end = try run(["config"], file: file)
        #expect(row("allow-user", in: end) == "42, @ada c.toml:1")
        #expect(row("allow-chat", in: end) == "-7 c.toml:2")
        let both = try run(["config"], file: file, ["PIPEGRAM_ALLOW_USER": "1,2"])
        #expect(row("allow-user", in: both) == "1, 2 $PIPEGRAM_ALLOW_USER")
        let test = try TestRig().gateway()
        try test.run(
            ["--allow-user", "@grace"], bot: "echo.sh",
            environment: ["PIPEGRAM_CONFIG": files.write("c.toml", file)])
        #expect(test.waitForLog("allow-list: 1 chat and 1 user"))
        #expect(test.stop() == 0)
    }

    @Test func `of two options that exclude each other, the one closer to the command line counts`() throws {
        let test = try TestRig().gateway()
        try test.run(
            ["--state", files.path], bot: "echo.sh",
            environment: ["PIPEGRAM_CONFIG": files.write("c.toml", "no-state = true")])
        #expect(test.waitForLog("signed in"))
        #expect(test.stop() == 0)
        let state = "state = \"x\"\n"
        let end = try run(["config"], file: state, ["PIPEGRAM_NO_STATE": "true"])
        #expect(
            row("no-state", in: end) == "true $PIPEGRAM_NO_STATE"
                && row("state", in: end)?.hasSuffix("default") == true)
        #expect(
            row("state", in: try run(["config"], file: state, ["PIPEGRAM_NO_STATE": "0"])) == "x c.toml:1")
        let same = try run(["config"], file: "\(state)no-state = true")
        #expect(same.status == 78 && same.errorText.contains("exclude each other"), "\(same.errorText)")
    }

    @Test func `a variable with a default value wins over the file`() throws {
        let file = "api-url = \"http://127.0.0.1:1\"\ntoken-file = \"x\"\n"
        let end = try run(
            ["config"], file: file,
            ["TELEGRAM_API_URL": "http://127.0.0.1:2", "TELEGRAM_BOT_TOKEN": "123:secret"])
        #expect(row("api-url", in: end) == "$TELEGRAM_API_URL environment")
        #expect(row("token-file", in: end) == "$TELEGRAM_BOT_TOKEN environment")
        #expect(!end.text.contains("secret"))
        #expect(row("token-file", in: try run(["config"], file: file)) == "x c.toml:2")
    }

    // MARK: - Where the file is

    @Test func `the file is the one that was given, else the user's`() throws {
        func write(_ directory: String, _ value: Int) -> String {
            _ = try? TestRig().run(["mkdir", "-p", "\(files.path)/\(directory)"]).end()
            return files.write("\(directory)/config.toml", "idle-timeout = \"\(value)h\"")
        }
        let given = write("given", 1)
        _ = write("xdg/pipegram", 2)
        _ = write("home/.config/pipegram", 3)
        let home = ["HOME": "\(files.path)/home"]
        let xdg = home.merging(["XDG_CONFIG_HOME": "\(files.path)/xdg"]) { $1 }
        let variable = xdg.merging(["PIPEGRAM_CONFIG": given]) { $1 }
        func value(_ arguments: [String], _ environment: [String: String]) throws -> String? {
            row("idle-timeout", in: try run(["config"] + arguments, environment))?.prefix(2).description
        }
        #expect(try value([], home) == "3h")
        #expect(try value([], xdg) == "2h")
        #expect(try value([], variable) == "1h")
        #expect(try value(["--config", given], xdg) == "1h")
        #expect(try value(["--config=\(files.path)/xdg/pipegram/config.toml"], variable) == "2h")
        #expect(try value([], ["XDG_CONFIG_HOME": "relative"]) == "15")
        #expect(try value([], variable.merging(["PIPEGRAM_CONFIG": "-/nowhere"]) { $1 }) == "15")
    }

    @Test func `a file that was named and can't be read is an error`() throws {
        let missing = try run(["run", "--config", "\(files.path)/none", "--", "cat"])
        #expect(missing.status == 66)
        #expect(
            missing.errorText.contains("can't read the configuration file: \(files.path)/none: No such file"))
        #expect(try run(["config"], ["PIPEGRAM_CONFIG": files.path]).status == 66)
        #expect(try run(["config"], ["PIPEGRAM_CONFIG": "/dev/zero"]).status == 66)
        #expect(try run(["config"], ["PIPEGRAM_CONFIG": "/dev/null"]).status == 0)
        #expect(try run(["run", "--config", "/nowhere", "--help"]).status == 0)
        #expect(try run(["completions", "bash"], ["PIPEGRAM_CONFIG": "/nowhere"]).status == 0)
    }

    @Test func `--config behind the program is the program's`() throws {
        let end = try replay([], file: "", bot: ["true", "--config", "/nowhere"])
        #expect(end.status != 66)
        #expect(end.errorText.contains("--config after the program is passed to true"))
    }

    // MARK: - Errors

    @Test(arguments: [
        ("a = 1\nb = \n", "2: invalid TOML: "),
        ("\nidel-timeout = \"1h\"", "2: unknown key 'idel-timeout'; did you mean 'idle-timeout'?"),
        ("idle_timeout = \"1h\"", "1: unknown key 'idle_timeout'; did you mean 'idle-timeout'?"),
        ("[run]\n\nlog-levle = \"x\"", "3: unknown key 'log-levle' in [run]; did you mean 'log-level'?"),
        ("[rnu]\nplain = true", "1: unknown table [rnu]; did you mean [run]?"),
        ("[[run]]\n", "1: 'run' must be a table"), ("config = \"x\"", "1: unknown key 'config'"),
        ("token = \"7:x\"", "1: unknown key 'token'; did you mean 'token-file'?"),
        ("plain = 1", "1: 'plain' must be true or false"),
        ("plain = \"true\"", "1: 'plain' must be true or false"),
        ("\nmax-children = 1.5", "2: 'max-children' must be a string or a whole number (number)"),
        ("idle-timeout = [\"1h\"]", "1: 'idle-timeout' must be a string or a whole number (10s|15m|never)"),
        ("allow-user = true", "1: 'allow-user' must be a string or an array of strings (id|@name)"),
        ("allow-user = [true]", "1: 'allow-user' must be an array of strings"),
        ("program = []", "1: 'program' must be an array of strings"),
        ("idle-timeout = 15", "1: Invalid --idle-timeout '15': it needs a unit, such as 15s, 15m or 15h"),
        ("[run]\nmax-children = 0", "2: --max-children must be at least 1."),
        ("ack = \"x\"", "1: The value 'x' is invalid for '--ack <rule>'. Please provide one of"),
        ("\nredact = true", "2: --redact requires --record FILE."),
        ("state = \"a\\u0000b\"", "1: 'state' must not contain the character U+0000"),
    ])
    func `an error in the file has its line, and ends the command with 78`(
        _ file: String, _ words: String
    ) throws {
        let end = try run(["run", "--", "cat"], file: file)
        #expect(end.status == 78)
        #expect(end.errorText.hasPrefix("pipegram: \(files.path)/c.toml:\(words)"), "\(end.errorText)")
    }

    @Test func `'config' checks the tables of all commands`() throws {
        let file = "[send]\nmax-line = \"much\""
        let end = try run(["config"], file: file)
        #expect(end.errorText.contains("c.toml:2: Invalid --max-line 'much'"))
        #expect(end.status == 78 && end.text.isEmpty)
        #expect(try run(["config", "chat"], file: "[doctor]\nplian = true").status == 78)
        #expect(try replay([], file: file).status == 0)
    }

    @Test func `a later error names the line of the option`() throws {
        let file = "allow-user = \"a b\""
        let end = try run(
            ["run", "--", "cat"], file: file, ["TELEGRAM_BOT_TOKEN": "123456:AAFxyzxyzxyzxyzxyzxyz"])
        #expect(end.errorText.contains("Invalid --allow-user 'a b'"), "\(end.errorText)")
        #expect(end.errorText.hasSuffix("c.toml:1)"), "\(end.errorText)")
    }

    @Test func `an error in a variable has its name`() throws {
        let flag = try run(["run", "--", "cat"], ["PIPEGRAM_PLAIN": "yes"])
        #expect(flag.status == 78)
        #expect(flag.errorText == "pipegram: PIPEGRAM_PLAIN must be true or false, not 'yes'")
        let value = try run(["run", "--", "cat"], ["PIPEGRAM_IDLE_TIMEOUT": "15"])
        #expect(value.status == 78)
        #expect(value.errorText.hasPrefix("pipegram: $PIPEGRAM_IDLE_TIMEOUT: Invalid --idle-timeout '15'"))
    }

    @Test func `an unknown variable gives a warning, and a bot's variables give none`() throws {
        let end = try replay([], file: "", ["PIPEGRAM_MAX_CHILDERN": "5", "PIPEGRAM_IDLE_TIMEOUT": "1h"])
        #expect(end.status == 0)
        #expect(
            end.errorText
                == "pipegram: the variable PIPEGRAM_MAX_CHILDERN is ignored: no option has this name; did you mean 'PIPEGRAM_MAX_CHILDREN'?"
        )
        let child = [
            "VERSION": "1", "SCOPE": "chat:42", "CHAT_ID": "42", "CHAT_TYPE": "private", "USER_ID": "7",
            "BOT_ID": "7", "BOT_USERNAME": "x", "OPTIONS": "x",
        ]
        let variables = Dictionary(uniqueKeysWithValues: child.map { ("PIPEGRAM_\($0)", $1) })
        let inner = try replay([], file: "", variables)
        #expect(inner.status == 0 && inner.errorText.isEmpty, "\(inner.errorText)")
    }

    @Test func `a bot doesn't get the variables`() throws {
        let bot = ["sh", "-c", "env | grep PIPEGRAM_ >&2; cat >/dev/null"]
        let end = try replay([], file: "", ["PIPEGRAM_IDLE_TIMEOUT": "1h"], bot: ["--"] + bot)
        #expect(end.errorText.contains("PIPEGRAM_SCOPE"))
        #expect(!end.errorText.contains("PIPEGRAM_CONFIG") && !end.errorText.contains("IDLE"))
    }

    // MARK: - The report

    @Test func `'config' prints the file, and each option with its origin`() throws {
        let none = try run(["config", "chat"], ["HOME": files.path])
        #expect(none.status == 0)
        #expect(
            none.output.prefix(3) == [
                "command  chat", "file     none (\(files.path)/.config/pipegram/config.toml doesn't exist)",
                "",
            ])
        #expect(none.output[3].hasPrefix("option"))
        #expect(row("plain", in: none) == "false default" && row("max-children", in: none) == "1000 default")
        let end = try run(
            ["config"], file: "program = [\"./a b\", \"c\"]\n[run]\napi-url = \"http://u:p@h/\"\n")
        #expect(end.output[1] == "file     \(files.path)/c.toml")
        #expect(row("program", in: end) == "'./a b' c c.toml:1")
        #expect(!end.text.contains("u:p@"))
        #expect(try run(["config", "rnu"]).errorText.contains("did you mean 'run'?"))
    }

    @Test func `--json prints the same as one object`() throws {
        let file = "program = \"./bot.sh\"\n[run]\nplain = true\nallow-user = [1, \"@a\"]"
        let json = try JSON(parsing: try run(["config", "--json"], file: file).text)
        #expect(json["command"]?.string == "run" && json["file"]?.string == "\(files.path)/c.toml")
        func option(_ name: String) -> JSON? {
            json["options"]?.elements.first { $0["option"]?.string == name }
        }
        #expect(option("plain")?["value"] == true)
        #expect(option("plain")?["origin"]?.string == "\(files.path)/c.toml:3")
        #expect(option("allow-user")?["value"] == ["1", "@a"])
        #expect(option("program")?["value"] == ["./bot.sh"])
        #expect(option("window")?["value"]?.string == "1" && option("window")?["origin"]?.string == "default")
        #expect(option("record")?["value"]?.isNull == true)
    }
}
