import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct InputFileTests {
    private let directory = TemporaryDirectory()

    private func refusal(_ path: String) -> InputFile.Refusal? {
        do throws(InputFile.Refusal) {
            _ = try InputFile(path)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a file is opened with its size and can be read at any offset`() throws {
        let file = try InputFile(directory.write("a", "hello"))
        #expect(file.size == 5)
        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 2) } == 3)
        #expect(bytes.starts(with: "llo".utf8))
        #expect(try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 5) } == 0)
    }

    @Test func `the path is resolved once and the open file stays the same`() throws {
        let path = directory.write("real", "1")
        let link = "\(directory.path)/link"
        symlink(path, link)
        let file = try InputFile(link)
        #expect(file.path == link)
        #expect(file.resolvedPath == path)
        unlink(path)
        directory.write("real", "other")
        #expect(file.size == 1)
        #expect(file.resolvedPath == path)
    }

    @Test func `anything but a regular file is refused untouched`() {
        let fifo = "\(directory.path)/fifo"
        mkfifo(fifo, 0o600)
        #expect(refusal(fifo)?.description == "\(fifo): is not a regular file")
        #expect(refusal("/dev/zero")?.description == "/dev/zero: is not a regular file")
        #expect(refusal(directory.path)?.description == "\(directory.path): is a directory")
        #expect(refusal("/nowhere/x")?.description == "/nowhere/x: No such file or directory")
        #expect(refusal("")?.reason == "No such file or directory")
        #expect(refusal("/dev/null\u{0}/x")?.reason == "No such file or directory")
        #expect(refusal("/" + String(repeating: "x", count: 300))?.reason == "File name too long")
        #expect(refusal("/nowhere/x")?.isExhaustion == false)
    }

    @Test func `an unreadable file is refused`() {
        let path = directory.write("a", "secret")
        chmod(path, 0)
        // Root may read any file.
        guard getuid() != 0 else { return }
        #expect(refusal(path)?.description == "\(path): Permission denied")
    }
}
