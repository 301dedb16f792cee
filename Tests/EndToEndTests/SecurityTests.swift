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

    /// Runs each command in a child of a gateway that isn't root's. Nil if another user can't run the program here.
    private func outputs(
        of commands: [String], _ options: [String] = [], in command: [String] = []
    ) throws -> [String]? {
        let test = try TestRig().gateway()
        let isRoot = geteuid() == 0
        if isRoot, try test.rig.run(Self.nobody + ["test", "-x", ProjectPaths.pipegram]).wait() != 0 {
            print("skipped: another user can't run the program here")
            return nil
        }
        let script = "while read -r line; do eval \"$line\" 2>&1; done"
        let arguments = ["run", "--plain", "--no-state"] + options + ["--"] + command + ["sh", "-c", script]
        let gateway = try test.rig.run(
            (isRoot ? Self.nobody : []) + [ProjectPaths.pipegram] + arguments,
            environment: ["TELEGRAM_BOT_TOKEN": test.telegram.token, "TELEGRAM_API_URL": test.telegram.url])
        defer {
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        for (index, command) in commands.enumerated() {
            test.say(command, in: 42)
            guard test.wait(within: .seconds(30), until: { test.texts(in: 42).count == index + 1 }) else {
                Issue.record("no output of \(command): \(gateway.errorText)")
                break
            }
        }
        return test.texts(in: 42)
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

    /// The box of docs/security.md.
    private static let box = [
        "bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin",
        "/bin",
        "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev",
        "/dev",
        "--tmpfs", "/tmp", "--bind", ".", "/work", "--chdir", "/work",
    ]

    @Test func `in the box a child sees its directory, and nothing of the machine`() throws {
        let rig = try TestRig()
        let isRoot = geteuid() == 0
        guard access("/usr/bin/bwrap", X_OK) == 0,
            try rig.run((isRoot ? Self.nobody : []) + Self.box + ["true"]).wait() == 0
        else { return print("skipped: bwrap is missing, or can't make a box here") }
        let place = "\(rig.files.path)/box"
        mkdir(place, 0o777)
        chmod(place, 0o777)
        chmod(rig.files.path, 0o711)
        let found = try outputs(
            of: [
                "echo mine > file; cat file; pwd", "ls / | tr '\\n' ' '", "touch /usr/x || true",
                "ls /proc | grep -c '^[0-9]'", "kill -9 -1; echo alive", "ls /tmp | wc -l",
                "python3 -c '\(Self.connect)' | tail -n 1",
            ], ["--workdir", "\(place)/{scope}", "--upload-root", place], in: Self.box)
        guard let found else { return }
        try #require(found.count == 7)
        #expect(found[0] == "mine\n/work")
        #expect(found[1] == "bin dev lib lib64 proc tmp usr work ")
        #expect(found[2].contains("Read-only file system"))
        #expect(Int(found[3]).map { $0 < 8 } == true, "its own processes: \(found[3])")
        #expect(found[4].hasSuffix("alive"))
        #expect(found[5] == "0")
        #expect(found[6].contains("refused"), "\(found[6])")
    }

    @Test func `a child can't trace the gateway`() throws {
        let script =
            "import ctypes, os; c = ctypes.CDLL(None, use_errno=True); "
            + "print(c.ptrace(16, os.getppid(), 0, 0), os.strerror(ctypes.get_errno()))"
        // The shell's parent is the gateway, and Python takes the shell's place.
        let found = try outputs(of: ["exec python3 -c '\(script)'"])
        guard let found else { return }
        #expect(found == ["-1 Operation not permitted"])
    }
}
