import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct LineFileTests {
    private let files = TemporaryDirectory()
    private var path: String { "\(files.path)/log" }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func lines(of file: LineFile, within limit: Int = 1000) -> [String] {
        file.lastLines(within: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `opening waits until a killed process's new child releases its locks`() throws {
        // A process that is killed while it starts a child leaves, for a moment, a child that shares its descriptors
        // and so its locks.
        let script = files.write(
            "holder.py",
            """
            import ctypes, fcntl, os, platform, sys, time
            log = open(sys.argv[1], "w")
            fcntl.lockf(log, fcntl.LOCK_EX)
            clone, files_and_sigchld = 56 if platform.machine() == "x86_64" else 220, 0x400 | 17
            if ctypes.CDLL(None).syscall(clone, files_and_sigchld, 0, 0, 0, 0) == 0:
                time.sleep(0.3)
            os._exit(0)
            """)
        #expect(system("python3 \(script) \(path)") == 0)
        let log = open(path, O_RDWR)
        #expect(FileLock.holder(of: log) != nil)
        #expect(try LineFile(path) != nil)
        close(log)
    }

    @Test func `a file is created for its user alone, and lines are appended to it`() throws {
        let file = try #require(try LineFile(path))
        try file.append(bytes("one\n"))
        try file.append(bytes("two\nthree\n"))
        try file.sync()
        #expect(files.read("log") == "one\ntwo\nthree\n")
        var status = stat()
        stat(path, &status)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test(arguments: [
        ("one\ntwo\n", "one\ntwo\n"), ("one\ntwo", "one\n"), ("half", ""), ("", ""), ("one\n\n", "one\n\n"),
    ])
    func `an incomplete last line is cut off when the next one is appended, not before`(
        _ before: String, _ after: String
    ) throws {
        files.write("log", before)
        let file = try #require(try LineFile(path))
        #expect(lines(of: file) == after.split(separator: "\n").map(String.init))
        #expect(files.read("log") == before)
        try file.append(bytes("new\n"))
        #expect(files.read("log") == after + "new\n")
    }

    @Test func `an incomplete last line of any length is cut off`() throws {
        files.write("log", "one\n" + String(repeating: "x", count: 200_000))
        let file = try #require(try LineFile(path))
        #expect(try file.rest(within: 3) == bytes("xxx"))
        try file.cut()
        #expect(files.read("log") == "one\n")
        #expect(try file.rest(within: 3) == [])
    }

    @Test func `a last line that only lacks its newline can be ended`() throws {
        files.write("log", "one\ntwo")
        let file = try #require(try LineFile(path))
        try file.endLine()
        try file.append(bytes("three\n"))
        #expect(files.read("log") == "one\ntwo\nthree\n")
    }

    @Test func `the last lines are the whole ones within the limit`() throws {
        files.write("log", "one\ntwo\nthree\n")
        let file = try #require(try LineFile(path))
        #expect(lines(of: file) == ["one", "two", "three"])
        #expect(lines(of: file, within: 9) == ["three"])
        #expect(lines(of: file, within: 3) == [])
    }

    @Test func `each line is read with its number`() throws {
        let long = String(repeating: "x", count: 100_000)
        files.write("log", "one\n\n\(long)\nfour\n")
        let file = try #require(try LineFile(path))
        var read: [String] = []
        try file.forEachLine(limit: 1000) { line, number in
            switch line {
            case .whole(let bytes): read.append("\(number) \(String(decoding: bytes, as: UTF8.self))")
            case .tooLong: read.append("\(number) too long")
            }
            return true
        }
        #expect(read == ["1 one", "2 ", "3 too long", "4 four"])
    }

    @Test func `a path that isn't a regular file gives nil`() throws {
        #expect(try LineFile("/dev/null") == nil)
    }

    @Test func `a file that can't be opened is an error`() {
        #expect(throws: LineFile.Unusable.self) { try LineFile("/nowhere/log") }
    }

    @Test func `a lock outlasts another descriptor of the file in the same process`() throws {
        let file = try #require(try LineFile(path))
        close(open(path, O_RDONLY))
        let script = "import fcntl; fcntl.lockf(open('\(path)', 'a'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        #expect(system("python3 -c \"\(script)\" 2>/dev/null") != 0)
        #expect(throws: LineFile.Unusable.self) { try LineFile(path) }
        try file.append(bytes("one\n"))
    }

    @Test func `a file that was moved, replaced or removed is known`() throws {
        let file = try #require(try LineFile(path))
        #expect(file.isInPlace && !file.isRemoved)
        rename(path, "\(path).1")
        #expect(!file.isInPlace && !file.isRemoved)
        files.write("log", "another")
        #expect(!file.isInPlace)
        rename("\(path).1", path)
        #expect(file.isInPlace)
        unlink(path)
        #expect(!file.isInPlace && file.isRemoved)
    }
}
