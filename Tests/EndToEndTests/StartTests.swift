import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite(.ownProcess) struct StartTests {
    @Test(arguments: [401, 404])
    func `a refused token gives exit status 77 and names the sources of tokens`(_ code: Int) throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "getMe", with: .error(code, code == 401 ? "Unauthorized" : "Not Found"))
        let gateway = try test.run(bot: "echo.sh")
        #expect(gateway.wait() == 77)
        #expect(gateway.errorText.contains("@BotFather"))
        #expect(gateway.errorText.contains("--token-file"))
        #expect(!gateway.errorText.contains(test.telegram.token))
        // Otherwise `status` would ask which of the bots is meant.
        #expect(access("\(test.files.path)/state/pipegram/7", F_OK) != 0)
        mkdir("\(test.files.path)/mine", 0o700)
        test.telegram.fail(method: "getMe", with: .error(401, "Unauthorized"))
        #expect(try test.run(["--state", "\(test.files.path)/mine"], bot: "echo.sh").wait() == 77)
        #expect(Directory.names(in: "\(test.files.path)/mine").isEmpty)
    }

    @Test func `a refused token leaves an earlier run's state as it is`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "echo.sh")
        #expect(test.waitForLog("signed in"))
        #expect(test.stop() == 0)
        test.telegram.fail(method: "getMe", with: .error(401, "Unauthorized"))
        #expect(try test.run(bot: "echo.sh").wait() == 77)
        #expect(access("\(test.files.path)/state/pipegram/7/journal.db", F_OK) == 0)
    }

    @Test func `without a token the error says where to get one`() throws {
        let end = try TestRig().pipegram(["run", "--", "cat"]).end()
        #expect(end.status == 77)
        #expect(end.errorText.hasPrefix("pipegram: no bot token: get one from @BotFather"))
        #expect(
            try TestRig().pipegram(["run", "--", "cat"], environment: ["TELEGRAM_BOT_TOKEN": "no token"])
                .end()
                .status == 77)
    }

    @Test func `the token can come from a file or from systemd's credentials`() throws {
        for option in [["--token-file"], []] {
            let test = try TestRig().gateway()
            let file = test.files.write("token", test.telegram.token + "\n")
            let arguments = option.isEmpty ? [] : option + [file]
            try test.run(
                arguments, bot: "echo.sh",
                environment: ["TELEGRAM_BOT_TOKEN": "1:wrong", "CREDENTIALS_DIRECTORY": test.files.path])
            #expect(test.waitForLog("signed in as @demo_bot"))
            #expect(test.stop() == 0)
        }
        let end = try TestRig().pipegram(["run", "--token-file", "/nowhere/token", "--", "cat"]).end()
        #expect(end.status == 66)
        #expect(end.errorText.contains("/nowhere/token: No such file or directory"))
    }

    @Test func `a webhook gives exit status 78, and is deleted on request`() throws {
        let test = try TestRig().gateway()
        let client = test.rig.client()
        let body: JSON = ["url": "https://example.org/hook"]
        var isSet = false
        let hook = HTTPClient.Request(
            url: "\(test.telegram.url)/bot\(test.telegram.token)/setWebhook", body: .json(body.bytes),
            timeout: .seconds(5))
        client.send(hook) { _ in isSet = true }
        #expect(test.wait { isSet })

        let gateway = try test.run(bot: "echo.sh")
        #expect(gateway.wait() == 78)
        #expect(gateway.errorText.contains("--delete-webhook"))

        try test.run(["--delete-webhook"], bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
    }

    @Test func `getUpdates always lists the kinds of updates`() throws {
        let cases: [([String], JSON)] = [
            ([], []), (["--allowed-updates", "message,poll"], ["message", "poll"]),
            (["--allowed-updates", "all"], JSON(UpdateKinds.all.map { JSON($0) })),
        ]
        for (options, expected) in cases {
            let test = try TestRig().gateway()
            try test.run(options, bot: "echo.sh")
            #expect(test.wait { test.telegram.polls.count == 1 })
            #expect(test.telegram.polls[0]["allowed_updates"] == expected)
            #expect(test.telegram.polls[0]["timeout"] == 10)
        }
    }

    @Test func `without a network it warns once, and reports when Telegram answers again`() throws {
        let port: UInt16
        do {
            let free = try TestRig().simulator()
            port = free.port
            free.close()
        }
        let rig = try TestRig()
        let address = "http://127.0.0.1:\(port)"
        let gateway = try rig.pipegram(
            ["run", "--no-state", "--", ProjectPaths.bot("echo.sh")],
            environment: ["TELEGRAM_BOT_TOKEN": "7:secret", "TELEGRAM_API_URL": address])
        #expect(
            rig.wait { gateway.errorText.contains("can't reach \(address)") })
        let telegram = try rig.simulator(port: port)
        #expect(rig.wait { !telegram.polls.isEmpty })
        gateway.signal(SIGTERM)
        #expect(gateway.wait() == 0)
        #expect(gateway.errorText.contains("answers again, after"))
        #expect(gateway.errors.filter { $0.contains("can't reach") }.count == 1)
    }

    @Test func `a program that is missing or not executable is named`() throws {
        let environment = ["TELEGRAM_BOT_TOKEN": "7:secret"]
        let missing = try TestRig().pipegram(["run", "no-such-bot"], environment: environment).end()
        #expect(missing.status == 127)
        #expect(
            missing.errorText
                == "pipegram: no-such-bot: no such program in PATH; for one in this directory write ./no-such-bot"
        )
        let files = TemporaryDirectory()
        let plain = files.write("bot.txt", "text")
        let refused = try TestRig().pipegram(["replay", "-", plain]).end()
        #expect(refused.status == 126)
        #expect(refused.errorText.contains("\(plain): not executable"))
        let script = files.write("bot", "#!/no/such/interpreter\n")
        #expect(try TestRig().pipegram(["replay", "-", script]).end().status == 127)
    }

    @Test(arguments: [
        (["run", "--bogus", "cat"], "Unknown option '--bogus'"),
        (["run"], "No program given"),
        (["run", "--"], "No program given after '--'"),
        (["run", "--idle-timeout", "soon", "cat"], "soon"),
        (["run", "--poll-timeout", "60s", "cat"], "--poll-timeout"),
        (["run", "--max-children", "0", "cat"], "--max-children"),
        (["run", "--api-url", "example.org", "cat"], "https://"),
        (["replay", "--update", "x", "cat"], "--expect"),
        (["frobnicate"], "frobnicate"),
    ])
    func `invalid options give a clear message and exit status 64`(_ arguments: [String], _ words: String)
        throws
    {
        let end = try TestRig().pipegram(arguments, environment: ["TELEGRAM_BOT_TOKEN": "7:secret"]).end()
        #expect(end.status == 64)
        #expect(end.errorText.contains(words))
    }

    @Test func `--version prints the version`() throws {
        let end = try TestRig().pipegram(["--version"]).end()
        #expect(end.status == 0)
        #expect(end.text.hasPrefix("pipegram "))
    }

    @Test(arguments: [
        ("http://127.0.0.1/bot7:AAsecret", "leave off /bot…"),
        ("http://127.0.0.1/bot7%3AAAsecret", "leave off /bot…"),
        ("http://me:AAsecret@", "must name a host"), ("http://127.0.0.1:99999", "port from 1 to 65535"),
        ("http://127.0.0.1 ", "blanks"), ("http://127.0.0.1?x=1", "'?'"), ("http://127.0.0.1#x", "'#'"),
    ])
    func `an invalid address gives exit status 64 and its fix, without what is secret in it`(
        _ url: String, _ words: String
    ) throws {
        let test = try TestRig().gateway()
        for (options, environment) in [(["--api-url", url], [:]), ([], ["TELEGRAM_API_URL": url])] {
            let run = try test.command(
                ["run", "--no-state"] + options + ["--", "true"], environment: environment)
            #expect(run.exit?.status == 64)
            #expect(run.errorText.contains(words), "\(run.errorText)")
            #expect(run.errorText.contains(options.first ?? "$TELEGRAM_API_URL"))
            #expect(!run.errorText.contains("secret"))
        }
    }

    @Test func `a file of certificates that isn't there gives exit status 64`() throws {
        let run = try TestRig().gateway().command(["send", "--ca-file", "/nowhere/ca.pem"])
        #expect(run.exit?.status == 64)
        #expect(run.errorText.contains("Invalid --ca-file '/nowhere/ca.pem': No such file"))
    }

    @Test(arguments: ["run", "chat", "replay", "doctor"])
    func `a program that can't be started ends each command with the reason`(_ command: String) throws {
        let files = TemporaryDirectory()
        let bot = files.write("bot", "#!/usr/bin/env no-such-python\n")
        let log = command == "replay" ? [files.write("log", "")] : []
        for (program, words) in [
            (bot, "no-such-python"),
            ("sh bot.sh", "write program and arguments as separate words, without the quotes: sh bot.sh"),
        ] {
            let end = try TestRig().pipegram([command] + log + ["--", program]).end()
            #expect(end.status == (command == "doctor" ? 1 : 127))
            #expect((end.errorText + end.text).contains(words), "\(end.errorText)\(end.text)")
        }
    }

    @Test(arguments: ["run", "chat", "replay"])
    func `a limit without room for a child ends each command with the limit it needs`(_ command: String)
        throws
    {
        let files = TemporaryDirectory()
        let log = command == "replay" ? [files.write("log", "")] : []
        let line = #"ulimit -n 20; exec "$@""#
        let end = try TestRig().run(
            ["sh", "-c", line, "sh", ProjectPaths.pipegram, command] + log + ["--", "cat"]
        ).end()
        #expect(end.status == 78)
        #expect(
            end.errorText.contains(
                "the limit of 20 open files leaves no room for a child: it must be at least 68"))
    }

    @Test func `the lowest limit has room for a child`() throws {
        let test = try TestRig().gateway()
        let line = #"ulimit -n 68; exec "$@""#
        let command = ["sh", "-c", line, "sh", ProjectPaths.pipegram, "run"]
        let gateway = try test.rig.run(
            command + ["--", ProjectPaths.bot("echo.sh")], environment: test.variables)
        for chat in 1...2 as ClosedRange<Int64> {
            test.say("x", in: chat)
            #expect(test.wait { test.texts(in: chat) == ["x"] })
        }
        gateway.signal(SIGTERM)
        #expect(gateway.wait() == 0)
        #expect(gateway.errorText.contains("--max-children is lowered to 1: the limit is 68 open files"))
    }
}
