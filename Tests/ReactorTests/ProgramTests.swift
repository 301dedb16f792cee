import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite(.ownProcess) struct ProgramTests {
    private let directory = TemporaryDirectory()
    private let other = TemporaryDirectory()

    private func found(_ name: String, in searchPath: String) -> String? {
        try? Program([name], searchPath: searchPath).path
    }

    private func error(_ name: String, in searchPath: String = "") -> Program.NotFound? {
        do throws(Program.NotFound) {
            _ = try Program([name], searchPath: searchPath)
            return nil
        } catch {
            return error
        }
    }

    // MARK: PATH

    @Test func `a name without a slash is looked up in PATH, and the first match wins`() {
        let first = directory.write("bot", "#!/bin/sh\n")
        let second = other.write("bot", "#!/bin/sh\n")
        #expect(found("bot", in: "/missing:\(directory.path):\(other.path)") == first)
        #expect(found("bot", in: "\(other.path):\(directory.path)") == second)
        #expect(found("sh", in: "\(directory.path):/bin") == "/bin/sh")
    }

    @Test func `a name with a slash is used as it is`() {
        let path = directory.write("bot", "#!/bin/sh\n")
        #expect(found(path, in: "/bin") == path)
        #expect(error("./sh", in: "/bin") == .missing("./sh"))
    }

    @Test func `an empty entry in PATH is the current directory`() {
        directory.write("bot", "#!/bin/sh\n")
        let before = open(".", O_RDONLY | O_CLOEXEC)
        chdir(directory.path)
        defer {
            fchdir(before)
            close(before)
        }
        for searchPath in ["", ":/bin", "/missing:", "/missing::/bin"] {
            #expect(found("bot", in: searchPath) == "./bot")
        }
        #expect(found("bot", in: "/bin") == nil)
    }

    @Test func `a file that isn't executable is skipped, and reported if there is no other`() {
        let plain = directory.write("bot", "echo\n")
        let searchPath = "\(directory.path):\(other.path)"
        #expect(error("bot", in: searchPath) == .notExecutable(plain))
        let executable = other.write("bot", "#!/bin/sh\n")
        #expect(found("bot", in: searchPath) == executable)
    }

    @Test func `a directory is skipped, and reported if there is no other`() {
        let path = "\(directory.path)/bot"
        mkdir(path, 0o755)
        defer { rmdir(path) }
        let searchPath = "/missing:\(directory.path):\(other.path)"
        #expect(error("bot", in: searchPath) == .directory(path))
        #expect(error(path) == .directory(path))
        let executable = other.write("bot", "#!/bin/sh\n")
        #expect(found("bot", in: searchPath) == executable)
    }

    @Test func `a missing program is reported as missing`() {
        #expect(error("no-such-bot", in: "/bin:/usr/bin") == .missing("no-such-bot"))
        #expect(error("/no/such/bot") == .missing("/no/such/bot"))
        #expect(error("", in: "/bin") == .missing(""))
        #expect(throws: Program.NotFound.missing("")) { try Program([], searchPath: "/bin") }
    }

    // MARK: interpreters

    @Test(arguments: [
        "#!/bin/sh", "#!/bin/sh\n", "#! /bin/sh -e\n", "#!\t/usr/bin/env sh\n", "#!", "", "\r\n",
    ])
    func `a script with an existing interpreter is found`(text: String) {
        let path = directory.write("bot", text)
        chmod(path, 0o755)
        #expect(error(path, in: "/bin") == nil)
    }

    @Test(arguments: ["#!/no/such/python\n", "#! /no/such/python -u\n", "#!\t/no/such/python"])
    func `a script with a missing interpreter is reported as such`(text: String) {
        let path = directory.write("bot", text)
        #expect(error(path) == .interpreterMissing("/no/such/python", script: path))
    }

    @Test(arguments: [
        "#!/usr/bin/env no-such-python", "#!/usr/bin/env -S no-such-python -u",
        "#!/usr/bin/env -S -u NAME no-such-python", "#!/usr/bin/env -vS A=b no-such-python",
    ])
    func `a script whose interpreter env doesn't find is reported as such`(text: String) {
        let path = directory.write("bot", text)
        #expect(error(path, in: "/bin") == .interpreterMissing("no-such-python", script: path))
    }

    @Test(arguments: [
        "#!/usr/bin/env -S -i no-such-python", "#!/usr/bin/env -S PATH=/opt no-such-python",
        "#!/usr/bin/env -S -C /opt ./no-such-python", "#!/usr/bin/env -S ${PYTHON}",
    ])
    func `where env looks elsewhere, nothing is reported`(text: String) {
        #expect(error(directory.write("bot", text), in: "/bin") == nil)
    }

    @Test(arguments: [
        ("#!/usr/bin/env sh -e", Shebang.Fault.notSplit, "sh -e"),
        ("#!/usr/bin/env A=b sh\n", .notSplit, "A=b sh"),
        ("#!/usr/bin/env -u NAME sh", .notSplit, "-u NAME sh"),
        ("#!/usr/bin/env", .noProgram, ""), ("#!/usr/bin/env -i", .noProgram, "-i"),
    ])
    func `a first line that env can't use is reported`(text: String, fault: Shebang.Fault, words: String) {
        let path = directory.write("bot", text)
        #expect(error(path, in: "/bin") == .environment(fault, words: words, script: path))
    }

    @Test func `a program and its arguments in one word are reported as such`() {
        #expect(error("sh -e", in: "/bin") == .oneWord("sh -e"))
        #expect(error("/bin/sh bot.sh", in: "") == .oneWord("/bin/sh bot.sh"))
        #expect(error("no-such-bot -v", in: "/bin") == .missing("no-such-bot -v"))
        let path = directory.write("my bot", "#!/bin/sh\n")
        #expect(found(path, in: "/bin") == path)
    }

    @Test(arguments: [
        ("#!/bin/sh\r\n", "/bin/sh\r"), ("#!/usr/bin/env sh\r\necho\r\n", "sh\r"),
        ("#!/bin/sh -e\r\n", "-e\r"),
    ])
    func `a script with CRLF line endings is reported as such`(text: String, word: String) {
        let path = directory.write("bot", text)
        #expect(error(path) == .interpreterMissing(word, script: path))
    }

    // MARK: messages

    @Test func `each message gives the fix`() {
        let descriptions: [(Program.NotFound, String)] = [
            (.missing("./bot"), "./bot: no such file"),
            (.missing("bot"), "bot: no such program in PATH; for one in this directory write ./bot"),
            (.notExecutable("./bot"), "./bot: not executable; if it is your bot: chmod +x ./bot"),
            (.directory("bots"), "bots: a directory, not a program"),
            (
                .interpreterMissing("/usr/bin/pithon", script: "./bot"),
                "./bot: the interpreter in its first line, /usr/bin/pithon, doesn't exist"
            ),
            (
                .interpreterMissing("python3\r", script: "./bot"),
                "./bot: its lines end in CR LF, so the system looks for 'python3\\r'; "
                    + "fix it with: sed -i 's/\\r$//' ./bot"
            ),
            (
                .environment(.notSplit, words: "sh -e", script: "./bot"),
                "./bot: the system passes 'sh -e' to env as one word; write #!/usr/bin/env -S sh -e"
            ),
            (
                .environment(.noProgram, words: "", script: "./bot"),
                "./bot: its first line gives env no interpreter"
            ),
            (
                .oneWord("sh bot"),
                "there is no program 'sh bot': write program and arguments as separate words, without the quotes: sh bot"
            ),
        ]
        for (error, description) in descriptions { #expect(error.description == description) }
    }

    @Test func `the descriptor limit is raised to the hard limit, and the old one returned`() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var before = rlimit()
        getrlimit(resource, &before)
        var low = rlimit(rlim_cur: 256, rlim_max: before.rlim_max)
        setrlimit(resource, &low)
        defer { setrlimit(resource, &before) }
        let (original, limit) = DescriptorLimit.raise()
        #expect(original == 256)
        #expect(limit == before.rlim_max)
        var now = rlimit()
        getrlimit(resource, &now)
        #expect(now.rlim_cur == before.rlim_max)
    }
}
