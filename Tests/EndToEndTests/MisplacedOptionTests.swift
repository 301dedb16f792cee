import TestSupport
import Testing

@Suite(.ownProcess) struct MisplacedOptionTests {
    private func replay(_ words: [String]) throws -> String {
        let files = TemporaryDirectory()
        let log = files.write("updates.ndjson", "")
        let run = try TestRig().pipegram(["replay", log] + words)
        run.wait()
        return run.errorText
    }

    @Test func `an option of the command behind the program gives a warning`() throws {
        #expect(
            try replay(["cat", "--max-line=1MiB"]).contains("--max-line after the program is passed to cat"))
        #expect(try replay(["--", "cat", "--plain"]) == "")
        #expect(try replay(["cat", "--", "--plain"]) == "")
        #expect(try replay(["cat", "--help", "--own"]) == "")
    }

    @Test func `run and doctor warn of it too`() throws {
        let test = try TestRig().gateway()
        try test.run(["cat", "--no-state"])
        #expect(test.waitForLog("--no-state after the program is passed to cat"))
        #expect(test.waitForLog("signed in"))
        #expect(test.stop() == 0)
        let doctor = try test.rig.pipegram(["doctor", "cat", "--no-poll"])
        doctor.wait()
        #expect(doctor.output.contains { $0.contains("--no-poll after the program is passed to cat") })
    }

    @Test(arguments: [
        "\"7:AAFxyz\"", "Use this token:\n123456:AAFxyzxyzxyzxyzxyzxyz\nKeep it safe", "TOKEN=7:AAFxyz", "",
    ])
    func `run explains a malformed token as doctor does`(_ text: String) throws {
        let rig = try TestRig()
        let files = TemporaryDirectory()
        let token = ["--token-file", files.write("token", text)]
        let run = try rig.pipegram(["run"] + token + ["--", "cat"]).end()
        #expect(run.status == 77)
        let words = run.errorText.dropFirst("pipegram: ".count)
        #expect(!words.isEmpty && !words.contains("AAF"))
        let doctor = try rig.pipegram(["doctor"] + token)
        doctor.wait()
        #expect(
            doctor.output.joined(separator: " ").filter { $0 != " " }.contains(
                words.filter { !$0.isWhitespace }))
    }

    @Test(arguments: [("run", "--idle-timeout"), ("doctor", "--patience"), ("send", "--call-timeout")])
    func `a duration without a unit is explained`(_ command: String, _ option: String) throws {
        let end = try TestRig().pipegram([command, option, "15", "--", "cat"]).end()
        #expect(end.status == 64)
        #expect(
            end.errorText
                == "pipegram: Invalid \(option) '15': it needs a unit, such as 15s, 15m or 15h")
    }

    @Test(arguments: [
        ("run", "--stop-grace", "x", "500ms, 10s, 15m, 1h or never"),
        ("run", "--max-line", "5x", "a number of bytes, such as 65536, 64KiB or 1MiB"),
        ("run", "--max-children", "many", "a whole number"),
    ])
    func `an invalid value is explained by the forms that it may have`(
        _ command: String, _ option: String, _ value: String, _ forms: String
    ) throws {
        let end = try TestRig().pipegram([command, option, value, "--", "cat"]).end()
        #expect(end.status == 64)
        #expect(end.errorText == "pipegram: Invalid \(option) '\(value)': it must be \(forms)")
    }

    @Test func `a value for a flag is not taken for the program`() throws {
        let end = try TestRig().pipegram(["chat", "--plain", "--stream", "yes", "--", "cat"]).end()
        #expect(end.status == 64)
        #expect(end.errorText.contains("--stream takes no value: remove 'yes'"), "\(end.errorText)")
        #expect(try TestRig().pipegram(["chat", "--plain", "--", "true", "--"]).end(input: "").status != 64)
    }

    @Test func `a missing program is asked for in the words of the command`() throws {
        for command in ["run", "chat"] {
            let end = try TestRig().pipegram([command]).end()
            #expect(end.errorText.contains("No program given: name it last, after the options."))
        }
        let end = try TestRig().pipegram(["replay", "log"]).end()
        #expect(end.errorText.contains("name it last, after the options and the log file."))
    }

    @Test(arguments: [
        (["tell", "--api-url", "http://x", "chat:1", "1"], "--api-url is an option of "),
        (["tell", "--text", "chat:1", "hello", "--api-url=http://x"], ", not of tell: remove it"),
        (["status", "--api-url", "http://x"], ", not of status: remove it"),
        (["tell", "--oops", "1", "chat:1", "1"], "Unknown option '--oops'"),
    ])
    func `an option of other commands, or of none, is named`(_ arguments: [String], _ error: String) throws {
        let end = try TestRig().pipegram(arguments).end()
        #expect(end.status == 64 && end.errorText.contains(error), "\(end.errorText)")
    }

    @Test(arguments: [
        (["--user", "@ada", "Deploy?"], "Invalid --user '@ada': without --chat it must be a user's id"),
        (["--user", "5", "--user", "6", "Deploy?"], "With 2 users, add --chat ID"),
        (["--user", "5", "--button", "Yes"], "No question given: write it after the options"),
        (["--user", "5", "--buton", "Yes"], "Unknown option '--buton'"),
    ])
    func `ask says what is missing`(_ arguments: [String], _ error: String) throws {
        let end = try TestRig().pipegram(["ask"] + arguments).end()
        #expect(end.status == 64 && end.errorText.contains(error), "\(end.errorText)")
    }
}
