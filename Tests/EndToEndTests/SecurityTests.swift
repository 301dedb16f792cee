import Glibc
import TestSupport
import Testing

/// What docs/security.md says that a program can't do to its gateway, tried by a program that carries out what it is told.
@Suite(.ownProcess) struct SecurityTests {
    /// Connects to the simulator of the test.
    private static let connect =
        "import os, socket; socket.create_connection((\"127.0.0.1\", "
        + "os.environ[\"TELEGRAM_API_URL\"].split(\":\")[-1]), 2); print(\"connected\")"
    private static let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    /// Whether the tests can't be made here; then it says so.
    private func isSkipped(boxed: Bool, _ test: GatewayTest) throws -> Bool {
        let user = geteuid() == 0 ? Self.nobody : []
        if try test.rig.run(user + ["test", "-x", ProjectPaths.pipegram]).wait() != 0 {
            print("skipped: another user can't run the program here")
            return true
        }
        let box = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
        if boxed, try access("/usr/bin/bwrap", X_OK) != 0 || test.rig.run(user + box).wait() != 0 {
            print("skipped: bwrap is missing, or can't make a box here")
            return true
        }
        return false
    }

    /// A directory in which a gateway that isn't root's has its state, and its bot works.
    private func place(_ test: GatewayTest) -> String {
        let place = "\(test.files.path)/place"
        chmod(test.files.path, 0o711)
        for directory in [place, "\(place)/state", "\(place)/data", "\(place)/data/chat:7"] {
            mkdir(directory, 0o777)
            chmod(directory, 0o777)
        }
        test.files.write("place/data/chat:7/letter", "of another chat")
        test.files.write("place/token", test.telegram.token)
        return place
    }

    /// Runs each command in a child of a gateway that isn't root's. In it, `P` stands for a directory with the state, the
    /// token and the children's directories, and `G` for the gateway's pid. Nil if that can't be done here.
    private func outputs(of commands: [String], _ options: [String] = []) throws -> [String]? {
        let test = try TestRig().gateway()
        let isRoot = geteuid() == 0
        if try isSkipped(boxed: options.contains { $0.hasPrefix("--box") }, test) { return nil }
        let place = place(test)
        let script =
            "G=$1 P=$2; while read -r line; do eval \"$line\" 2>&1; echo .end; done"
        let state = ["--state", "\(place)/state", "--token-file", "\(place)/token"]
        let own = ["--workdir", "\(place)/data/{scope}", "--plain-quiet", "300ms"]
        // The shell learns the pid, and pipegram takes its place.
        let arguments = ["run", "--plain"] + state + own + options + ["--", "sh", "-c", script, "sh"]
        let start = "exec \"$0\" \"$@\" $$ '\(place)'"
        let gateway = try test.rig.run(
            (isRoot ? Self.nobody : []) + ["sh", "-c", start, ProjectPaths.pipegram] + arguments,
            environment: [
                "TELEGRAM_API_URL": test.telegram.url, "HOME": "/nonexistent",
                "SECRET_OF_THE_BOT": "its own",
            ])
        defer {
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        var outputs: [String] = []
        for command in commands {
            let before = test.texts(in: 42).count
            test.say(command, in: 42)
            let isDone = {
                test.texts(in: 42).count > before && test.texts(in: 42).last?.hasSuffix(".end") == true
            }
            guard test.wait(within: .seconds(30), until: isDone) else {
                Issue.record("no output of \(command): \(gateway.errorText)")
                break
            }
            let text = test.texts(in: 42).dropFirst(before).joined(separator: "\n")
            outputs.append(String(text.dropLast(".end".count)).replacing(/\n$/, with: ""))
        }
        return outputs
    }

    /// An attack, and its result without and with a box.
    struct Attack: Sendable, CustomTestStringConvertible {
        let command: String
        let free: String
        let boxed: String
        var testDescription: String { command }
    }

    private static func python(_ code: String) -> String { "/usr/bin/python3 -c '\(code)' | tail -n 1" }

    private static let attacks: [Attack] = [
        Attack(command: "cat $P/token; echo", free: "7:secret", boxed: "No such file"),
        Attack(command: "ls $P/state", free: "journal.db", boxed: "No such file"),
        Attack(command: "cat $P/data/chat:7/letter; echo", free: "of another chat", boxed: "No such file"),
        Attack(command: "ln -sf $P/token link; cat link", free: "7:secret", boxed: "No such file"),
        Attack(command: "head -c 1 /proc/$G/environ", free: "Permission denied", boxed: "No such file"),
        Attack(command: "head -c 1 /proc/$G/mem", free: "Permission denied", boxed: "No such file"),
        Attack(command: "ls /proc/$G/fd", free: "Permission denied", boxed: "No such file"),
        Attack(command: "cat /proc/[0-9]*/environ 2>&1 | grep -ac 7:secre[t]", free: "0", boxed: "0"),
        Attack(command: "cat /proc/[0-9]*/cmdline 2>&1 | grep -ac 7:secre[t]", free: "0", boxed: "0"),
        Attack(
            command: "kill -0 $G && echo signalled", free: "signalled", boxed: "No such process"),
        Attack(
            command: python(
                "import ctypes, os; c = ctypes.CDLL(None, use_errno=True); "
                    + "c.ptrace(16, int(os.environ.get(\"G\", 1)), 0, 0); print(os.strerror(ctypes.get_errno()))"
            ).replacing("/usr/bin", with: "G=$G /usr/bin"), free: "Operation not permitted",
            boxed: "No such process"),
        Attack(
            command: python(
                "import os, socket; s = socket.socket(socket.AF_UNIX); "
                    + "s.connect(os.environ[\"P\"] + \"/state/control.sock\"); print(\"connected\")"
            ).replacing("/usr/bin", with: "P=$P /usr/bin"), free: "connected", boxed: "No such file"),
        Attack(command: python(connect), free: "connected", boxed: "refused"),
        Attack(
            command: "ls /root /home /var/lib /run /etc/shadow /etc/pipegram 2>&1 | grep -c 'No such file'",
            free: "", boxed: "6"),
        Attack(
            command: "touch /usr/x /etc/x /x /dev/x 2>&1 | grep -c 'No such\\|Read-only\\|denied'",
            free: "", boxed: "4"),
        Attack(
            command: "head -c 300M /dev/zero >/tmp/pipegram-test-$G; rm -f /tmp/pipegram-test-$G", free: "",
            boxed: "No space left"),
        // In a namespace of its own it could mount file systems without a limit.
        Attack(
            command: "unshare --user --map-root-user true && echo unshared", free: "", boxed: "unshare failed"
        ),
        Attack(command: "ls -l /proc/self/fd | grep -c ' [3-9] -> [^/]'", free: "0", boxed: "0"),
        Attack(command: "echo mine >file; cat file; pwd", free: "mine", boxed: "mine"),
        Attack(command: "echo $SECRET_OF_THE_BOT", free: "its own", boxed: "its own"),
    ]

    @Test(arguments: [false, true])
    func `what a child can do to the machine, without and with a box`(boxed: Bool) throws {
        let found = try outputs(of: Self.attacks.map(\.command), boxed ? ["--box"] : [])
        guard let found else { return }
        try #require(found.count == Self.attacks.count)
        for (attack, output) in zip(Self.attacks, found) {
            #expect(output.contains(boxed ? attack.boxed : attack.free), "\(attack.command): \(output)")
        }
    }

    @Test func `with --box net a child reaches the network, and still no file`() throws {
        let found = try outputs(of: [Self.python(Self.connect), "cat $P/token"], ["--box", "net"])
        guard let found else { return }
        try #require(found.count == 2)
        #expect(found[0].contains("connected"))
        #expect(found[1].contains("No such file"))
    }

    @Test func `a child that kills all processes in its box, or floods it, harms no other chat`() throws {
        let test = try TestRig().gateway()
        if try isSkipped(boxed: true, test) { return }
        let script = "while read -r line; do eval \"$line\" 2>&1; done"
        let limits = ["--limit", "processes=60,memory=200M"]
        let gateway = try test.rig.run(
            (geteuid() == 0 ? Self.nobody : []) + [
                ProjectPaths.pipegram, "run", "--plain", "--no-state", "--box",
            ]
                + limits + ["--", "sh", "-c", script],
            environment: ["TELEGRAM_BOT_TOKEN": test.telegram.token, "TELEGRAM_API_URL": test.telegram.url])
        defer {
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        test.say("x=kept; echo ready", in: 7)
        #expect(test.wait { test.texts(in: 7) == ["ready"] }, "\(gateway.errorText)")
        test.say("kill -9 -1; echo alive", in: 42)
        #expect(test.wait { test.texts(in: 42).last?.hasSuffix("alive") == true })
        test.say("/usr/bin/python3 -c 'bytearray(300 << 20)' 2>&1 | tail -n 1", in: 42)
        #expect(test.wait { test.texts(in: 42).last?.contains("MemoryError") == true })
        test.say("for i in $(seq 200); do sleep 3 & done; echo started", in: 42)
        #expect(
            test.wait { (test.texts(in: 42).joined() + gateway.errorText).lowercased().contains("fork") },
            "\(test.texts(in: 42)) \(gateway.errorText)")
        test.say("echo $x", in: 7)
        #expect(test.wait { test.texts(in: 7) == ["ready", "kept"] })
        #expect(!test.texts(in: 42).contains("started"))
    }

    @Test func `a child can't read the token in the gateway's memory, environment and descriptors`() throws {
        let found = try outputs(of: [
            "head -c 1 /proc/$PPID/environ", "head -c 1 /proc/$PPID/mem", "head -c 1 /proc/$PPID/maps",
            "ls /proc/$PPID/fd", "tr '\\0' '\\n' < /proc/$PPID/cmdline | grep -c 7: || true",
            "env | grep -c TOKEN",
            "kill -0 $PPID && echo signalled", "python3 -c '\(Self.connect)'",
        ])
        guard let found else { return }
        try #require(found.count == 8)
        #expect(found.prefix(4).allSatisfy { $0.contains("Permission denied") }, "\(found)")
        #expect(found[4...5] == ["0", "0"], "\(found)")
        // Without a box it can do these.
        #expect(found[6...7] == ["signalled", "connected"], "\(found)")
    }
}
