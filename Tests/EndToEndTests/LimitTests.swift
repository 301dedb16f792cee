import Glibc
import TestSupport
import Testing

/// `--limit`, and the rights that no child has.
@Suite(.ownProcess) struct LimitTests {
    /// Sends a line to a program that `chat --plain` runs.
    private func chat(
        _ options: [String], _ program: [String], asNobody: Bool = false
    ) throws -> ProgramRun {
        let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let rig = try TestRig()
        let run = try rig.run(
            (asNobody ? user : []) + [ProjectPaths.pipegram, "chat", "--plain"] + options + ["--"] + program)
        run.write("go\n")
        run.endInput()
        #expect(rig.wait { run.exit != nil })
        return run
    }

    /// The soft and hard limits, by the names in /proc/self/limits.
    private func limits(_ options: [String]) throws -> [String: [Substring]] {
        let run = try chat(options, ["sh", "-c", "read -r line; exec cat /proc/self/limits"])
        let rows = run.output.filter { $0.hasPrefix("Max ") }.map { line in
            let name = line.prefix(26).reversed().drop { $0 == " " }.reversed()
            return (String(name), Array(line.dropFirst(26).split(separator: " ").prefix(2)))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    @Test func `a child has the limits of --limit, and others keep their own`() throws {
        let free = try limits([])
        let limited = try limits(["--limit", "memory=256M,cpu=60s,files=128"])
        #expect(limited["Max data size"] == ["268435456", "268435456"])
        #expect(limited["Max cpu time"] == ["60", "61"])
        #expect(limited["Max open files"] == ["128", "128"])
        let changed = ["Max data size", "Max cpu time", "Max open files"]
        #expect(limited.filter { !changed.contains($0.key) } == free.filter { !changed.contains($0.key) })
    }

    @Test func `limits may be given one by one, but each only once`() throws {
        let limited = try limits(["--limit", "cpu=60s", "--limit", "files=128"])
        #expect(limited["Max cpu time"] == ["60", "61"])
        #expect(limited["Max open files"] == ["128", "128"])
        let twice = try chat(["--limit", "cpu=60s", "--limit", "cpu=1s"], ["cat"])
        #expect(twice.status == 64)
        #expect(twice.errorText.contains("twice"), "\(twice.errorText)")
    }

    @Test func `a child that needs more memory or time fails`() throws {
        let hog = "read -r line; exec python3 -c 'print(len(bytearray(300 << 20)))'"
        #expect(try chat([], ["sh", "-c", hog]).output == ["314572800"])
        #expect(try chat(["--limit", "memory=200M"], ["sh", "-c", hog]).output != ["314572800"])
        let loop = try chat(["--limit", "cpu=1s"], ["sh", "-c", "read -r line; while :; do :; done"])
        #expect(
            loop.errorText.contains("killed by SIGXCPU; --limit cpu=1s is set, perhaps too low"),
            "\(loop.errorText)")
    }

    @Test func `a child that starts process after process reaches its limit`() throws {
        let rig = try TestRig()
        let isRoot = geteuid() == 0
        if isRoot, try rig.run(["setpriv", "--reuid=65534", "test", "-x", ProjectPaths.pipegram]).wait() != 0
        {
            return print("skipped: another user can't run the program here")
        }
        let script = "read -r line; for i in $(seq 50); do sleep 3 & done; echo started"
        let run = try chat(["--limit", "processes=20"], ["sh", "-c", script], asNobody: isRoot)
        #expect(!run.output.contains("started"), "\(run.output)")
        #expect(run.errorText.lowercased().contains("fork"), "\(run.errorText)")
    }

    @Test func `no child gets rights from a set-user-ID program`() throws {
        let run = try chat([], ["sh", "-c", "read -r line; exec grep NoNewPrivs /proc/self/status"])
        #expect(run.output == ["NoNewPrivs: 1"])
    }

    @Test(arguments: [
        ("memory=lots", "--limit memory=lots: the value must be a size, such as 256M"),
        ("cpu=10ms", "--limit cpu=10ms: the value must be at least a second, such as 60s"),
        ("files=3", "--limit files=3: the value must be a number from 16 on, such as 128"),
        (
            "disk=1G",
            "--limit has no 'disk': use memory, cpu, processes or files, such as memory=256M,cpu=60s"
        ),
        ("", "--limit has no ''"), ("memory=1M,cpu=1s,memory=2M", "--limit has 'memory' twice"),
    ]) func `a wrong limit is refused in words`(limit: String, words: String) throws {
        let run = try chat(["--limit", limit], ["cat"])
        #expect(run.status == 64)
        #expect(run.errorText.contains(words), "\(run.errorText)")
    }

    @Test func `the log names the limits that may have kept a program from its start`() throws {
        let run = try chat(["--limit", "memory=1M"], ["/usr/bin/env", "python3", "-c", "print(input())"])
        let limit = "before it read its event; --limit memory=1M is set, perhaps too low"
        #expect(run.errorText.contains(limit), "\(run.errorText)")
        let test = try TestRig().gateway()
        try test.run(["--limit", "memory=1M", "--", "sh", "-c", "exit 2"])
        test.say("x", in: 1)
        #expect(test.waitForLog("status 2, \(limit)"))
        #expect(test.stop() == 0)
    }

    @Test func `the log names the limits that may be the reason for a crash loop`() throws {
        let test = try TestRig().gateway()
        try test.run(["--limit", "memory=1M", "--", "sh", "-c", "exit 2"])
        for chat in 1...3 { test.say("x", in: Int64(chat)) }
        #expect(test.waitForLog("; --limit memory=1M is set"))
        #expect(test.stop() == 0)
    }

    @Test(.enabled(if: geteuid() == 0)) func `root's processes can't be limited`() throws {
        let run = try chat(["--limit", "processes=20"], ["cat"])
        #expect(run.status == 64)
        #expect(run.errorText.contains("no effect on root's processes"))
    }
}
