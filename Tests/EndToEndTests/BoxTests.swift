import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// `--box`: the program works in it, and stops as without it.
@Suite(.ownProcess, .enabled(if: access("/usr/bin/bwrap", X_OK) == 0, "bwrap is missing")) struct BoxTests {
    /// Prints the text of each message as a line, and writes results to stderr.
    private static let puppet = """
        import json, sys
        for line in sys.stdin:
            event = json.loads(line)
            if event["type"] == "telegram.message": print(event["text"], flush=True)
            if event["type"] == "telegram.result": print(line.strip(), file=sys.stderr, flush=True)
        """

    /// Sends lines to a program that `chat --plain --box` runs.
    private func chat(
        _ lines: String, _ options: [String] = ["--box"], _ program: [String],
        environment: [String: String] = [:]
    ) throws -> ProgramRun {
        let rig = try TestRig()
        return try rig.pipegram(
            ["chat", "--plain"] + options + ["--"] + program, environment: environment
        ).end(input: lines)
    }

    @Test func `a program sees its own directory, and works`() throws {
        let directory = TemporaryDirectory()
        directory.write("helper", "of the bot")
        let bot = directory.write(
            "bot.sh", "#!/bin/sh\nread -r line; cat \"$(dirname \"$0\")/helper\"; echo; touch \"$0\"; exit 3")
        let run = try chat("go\n", ["--box"], [bot])
        #expect(run.output == ["of the bot"])
        #expect(run.errorText.contains("touch"), "\(run.errorText)")
        #expect(run.errorText.contains("status 3"), "\(run.errorText)")
    }

    @Test func `a value other than net is refused`() throws {
        let run = try TestRig().pipegram(["chat", "--box=NET", "--", "cat"]).end()
        #expect(run.status == 64)
        #expect(run.errorText.contains("--box takes no value but net, not 'NET'"), "\(run.errorText)")
        let variable = try TestRig().pipegram(["chat", "--", "cat"], environment: ["PIPEGRAM_BOX": "yes"])
            .end()
        #expect(variable.status == 78)
        #expect(variable.errorText.contains("PIPEGRAM_BOX must be true, false or net, not 'yes'"))
        let directory = TemporaryDirectory()
        try File.write(Array("box = \"yes\"\n".utf8), to: "\(directory.path)/pipegram.toml")
        let file = try TestRig().pipegram(
            ["chat", "--config", "\(directory.path)/pipegram.toml", "--", "cat"]
        ).end()
        #expect(file.status == 78)
        #expect(file.errorText.contains("'box' must be true, false or \"net\""), "\(file.errorText)")
    }

    @Test func `SIGTERM reaches the program in the box, and it may finish`() throws {
        let script =
            "trap 'sleep 0.2; echo finished >&2; exit 7' TERM; read -r line; echo ok; while :; do sleep 0.02; done"
        let run = try chat("go\n", ["--box", "--stop-grace", "200ms"], ["sh", "-c", script])
        #expect(run.errorText.contains("finished"), "\(run.errorText)")
        #expect(run.errorText.contains("status 7"), "\(run.errorText)")
    }

    @Test func `a child that ignores SIGTERM is killed with all that is in its box`() throws {
        let test = try TestRig().gateway()
        let script = "trap '' TERM; read -r line; sleep 98765 & echo $$; while :; do sleep 0.02; done"
        let gateway = try test.run(["--plain", "--box", "--stop-grace", "200ms", "--", "sh", "-c", script])
        test.say("x", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        let inside = Self.descendants(of: gateway.pid)
        #expect(inside.count >= 4, "\(inside)")
        #expect(test.stop() == 0)
        #expect(test.wait { !inside.contains(where: Processes.isAlive) })
    }

    @Test func `kill -9 of the gateway ends the boxes`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--plain", "--box", "--", "sh", "-c", "read -r x; echo ok; sleep 98765"])
        test.say("x", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        let inside = Self.descendants(of: gateway.pid)
        #expect(inside.count >= 3)
        gateway.signal(SIGKILL)
        gateway.wait()
        #expect(test.wait { !inside.contains(where: Processes.isAlive) })
    }

    @Test func `--interrupt reaches the program in the box, and it goes on`() throws {
        let test = try TestRig().gateway()
        let script = "trap 'echo interrupted' INT; while read -r line; do echo got; sleep 0.5; done"
        try test.run(["--plain", "--box", "--interrupt", "/stop", "--", "sh", "-c", script])
        test.say("work", in: 42)
        #expect(test.wait { !test.texts(in: 42).isEmpty })
        test.say("/stop", in: 42)
        #expect(test.wait { test.texts(in: 42).joined().contains("interrupted") })
        test.say("more", in: 42)
        #expect(test.wait { test.texts(in: 42).last == "got" && test.texts(in: 42).count > 2 })
        #expect(test.stop() == 0)
    }

    private static func descendants(of pid: pid_t) -> [pid_t] {
        let list = (try? File.read("/proc/\(pid)/task/\(pid)/children")) ?? []
        let children = String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        return children + children.flatMap(descendants)
    }

    @Test func `a child sends and gets files of its own directory only`() throws {
        let test = try TestRig().gateway()
        let place = test.files.path
        let other = test.files.write("secret", "not for sale")
        mkdir("\(place)/data", 0o755)
        mkdir("\(place)/data/chat:42", 0o755)
        test.files.write("data/chat:42/own.txt", "my own")
        symlink(other, "\(place)/data/chat:42/link")
        symlink("\(place)", "\(place)/data/chat:42/out")
        let gateway = try test.run([
            "--box", "--workdir", "\(place)/data/{scope}", "--", "/usr/bin/python3", "-c", Self.puppet,
        ])
        var count = 0
        func result(_ call: JSON) -> String {
            var call = call
            count += 1
            call.set("id", JSON("call-\(count)"))
            test.say(call.description, in: 42)
            let mark = "\"call-\(count)\""
            _ = test.wait { gateway.errors.contains { $0.contains(mark) } }
            return gateway.errors.last { $0.contains(mark) } ?? gateway.errorText
        }
        let own = "\(place)/data/chat:42"
        #expect(
            result(["type": "telegram.send_document", "document": JSON("file://\(own)/own.txt")]).contains(
                "\"ok\":true"))
        #expect(test.telegram.calls.last?.file("document")?.bytes == Array("my own".utf8))
        #expect(
            result(["type": "telegram.send_document", "document": "file://own.txt"]).contains("\"ok\":true"))
        for path in [
            other, "\(own)/link", "\(own)/../../secret", "\(own)/out/secret", "/proc/self/environ",
            "/etc/passwd",
            "/proc/\(gateway.pid)/cmdline",
        ] {
            let words = result(["type": "telegram.send_document", "document": JSON("file://\(path)")])
            #expect(words.contains("is outside of the child's directory"), "\(path): \(words)")
        }
        for path in ["\(place)/x", "\(own)/../x", "out/x", "\(own)/out/x", "/proc/self/fd/0"] {
            let words = result([
                "type": "telegram.download_file", "file_id": "no-such-file", "path": JSON(path),
            ])
            #expect(words.contains("\"ok\":false"), "\(path): \(words)")
            #expect(access("\(place)/x", F_OK) != 0)
        }
        #expect(test.stop() == 0)
    }

    @Test func `--print-command prints a line that a shell runs, without a token`() throws {
        let rig = try TestRig()
        let words = ["sh", "-c", "echo \"$1\"; pwd; ls /home", "sh", "it's *"]
        let printed = try rig.pipegram(
            ["run", "--box", "--print-command", "--workdir", "\(rig.files.path)/data/{scope}", "--"] + words
        ).end()
        #expect(printed.status == 0)
        let line = try #require(printed.output.first)
        let run = try rig.run(["sh", "-c", line]).end()
        #expect(run.output == ["it's *", "\(rig.files.path)/data/chat:42"])
        #expect(run.errorText.contains("No such file"))
    }

    @Test func `without a box the printed line starts the program alone`() throws {
        let run = try TestRig().pipegram(["chat", "--print-command", "--", "cat", "a b"]).end()
        #expect(run.output == ["/usr/bin/cat 'a b'"])
    }

    @Test func `where bwrap can't run, nothing runs without a box`() throws {
        let directory = TemporaryDirectory()
        let missing = try chat("go\n", ["--box"], ["/bin/cat"], environment: ["PATH": directory.path])
        #expect(missing.status == 78)
        #expect(
            missing.errorText.contains("isn't installed: apt-get install bubblewrap"), "\(missing.errorText)")
        directory.write(
            "bwrap", "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1")
        let refused = try chat("go\n", ["--box"], ["/bin/cat"], environment: ["PATH": directory.path])
        #expect(refused.status == 78)
        #expect(refused.errorText.contains("No permissions to create new namespace"))
        #expect(refused.errorText.contains("must allow user namespaces"))
        let unit = try chat(
            "go\n", ["--box"], ["/bin/cat"], environment: ["PATH": directory.path, "INVOCATION_ID": "1"])
        #expect(unit.errorText.contains("add the drop-in of docs/operations.md"))
        #expect(missing.output + refused.output + unit.output == [])
        let doctor = try TestRig().pipegram(
            ["doctor", "--box", "--", "/bin/cat"], environment: ["PATH": directory.path]
        ).end()
        #expect(doctor.status == 1)
        #expect(doctor.output.contains { $0.hasPrefix("wrong box: --box: children can't be isolated") })
    }

    @Test(arguments: [
        ("box = true", [], "0"), ("box = \"net\"", [], "1"), ("box = false", [], "all"),
        ("box = true", ["--box=false"], "all"), ("", ["--box"], "0"), ("", ["--box", "net"], "1"),
        ("", ["--box=net"], "1"),
    ]) func `the box is chosen by an option or the configuration file`(
        file: String, options: [String], network: String
    ) throws {
        let directory = TemporaryDirectory()
        let configuration = directory.write("config.toml", "\(file)\n")
        // In a box without the network, there is only the loopback device.
        let script =
            "read -r line; if [ -e /proc/\(getpid())/stat ]; then echo all; "
            + "else [ \"$(readlink /proc/self/ns/net)\" = \"$1\" ] && echo 1 || echo 0; fi"
        var link = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/net", &link, 63)
        let own = String(decoding: link[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let run = try chat("go\n", ["--config", configuration] + options, ["sh", "-c", script, "sh", own])
        #expect(run.output == [network], "\(run.errorText)")
    }

    @Test func `a program may be called net`() throws {
        let directory = TemporaryDirectory()
        directory.write("net", "#!/bin/sh\nread -r line; echo program")
        let path = "\(directory.path):/usr/bin:/bin"
        #expect(try chat("go\n", ["--box"], ["net"], environment: ["PATH": path]).output == ["program"])
        let wrong = try TestRig().pipegram(["chat", "--plain", "--box", "net"], environment: ["PATH": path])
            .end()
        #expect(wrong.status == 64)
        #expect(wrong.errorText.contains("No program given"))
    }
}
