import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct LogOutputTests: Rigged {
    let rig: TestRig
    private let pipe: Pipe

    init() throws {
        rig = try TestRig()
        pipe = try rig.pipe()
        _ = fcntl(pipe.reader, F_SETFL, O_NONBLOCK)
    }

    private func output(_ descriptor: Int32) -> LogOutput {
        let output = LogOutput(descriptor)
        output.flush(on: loop)
        output.reportDropped = { Array("\($0) dropped\n".utf8) }
        return output
    }

    private func read(_ descriptor: Int32? = nil) -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(descriptor ?? pipe.reader, &piece, piece.count), count > 0 {
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func line(_ number: Int) -> String {
        "\(number) \(String(repeating: "x", count: 1000 - "\(number)".count))\n"
    }

    @Test func `a line is written at once where there is room`() {
        let output = output(pipe.writer)
        output.write(Array("one\n".utf8))
        output.write(Array("two\n".utf8))
        #expect(read() == "one\ntwo\n")
    }

    @Test func `a slow reader gets all lines, and a reader that stops gets the number of dropped ones`() {
        let output = output(pipe.writer)
        for number in 1...5000 { output.write(Array(Self.line(number).utf8)) }
        var text = ""
        let shows = { (words: String) in
            wait {
                text += read()
                return text.contains(words)
            }
        }
        #expect(shows("dropped\n"))
        output.write(Array("after\n".utf8))
        #expect(shows("after\n"))
        let lines = text.split(separator: "\n")
        let kept = lines.count - 2
        // What the pipe takes, and what is kept for its reader.
        #expect(kept > 1000 && kept < 1200)
        #expect(lines.prefix(kept).enumerated().allSatisfy { $1.hasPrefix("\($0 + 1) ") && $1.count == 1001 })
        #expect(lines.suffix(2) == ["\(5000 - kept) dropped", "after"])
    }

    @Test func `the open file that others share stays as it was`() {
        let output = output(pipe.writer)
        output.write([10])
        #expect(fcntl(pipe.writer, F_GETFL) & O_NONBLOCK == 0)
    }

    @Test func `the last lines wait for a slow reader, and not for one that stopped`() {
        let output = output(pipe.writer)
        for number in 1...200 { output.write(Array(Self.line(number).utf8)) }
        let start = Instant.current
        output.finish(within: .milliseconds(100))
        #expect((.milliseconds(100) ..< .seconds(5)).contains(Instant.current - start))
        var text = ""
        let isThere = wait {
            text += read()
            output.finish(within: .milliseconds(1))
            return text.split(separator: "\n").count == 200
        }
        #expect(isThere)
    }

    @Test func `a reader that is gone costs nothing`() {
        signal(SIGPIPE, SIG_IGN)
        let output = output(pipe.writer)
        pipe.closeReader()
        for number in 1...5000 { output.write(Array(Self.line(number).utf8)) }
        output.finish(within: .seconds(10))
    }

    @Test func `a socket whose reader stops doesn't block either`() {
        var ends: [Int32] = [-1, -1]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        defer { ends.forEach { close($0) } }
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let output = output(ends[0])
        for number in 1...5000 { output.write(Array(Self.line(number).utf8)) }
        var text = ""
        let isThere = wait {
            text += read(ends[1])
            return text.contains("dropped")
        }
        #expect(isThere)
        #expect(text.hasPrefix(Self.line(1)))
    }

    @Test func `a terminal stopped by Ctrl-S doesn't block, and shows the lines after Ctrl-Q`() throws {
        let terminal = try rig.terminal()
        let output = output(terminal.descriptor)
        tcflow(terminal.descriptor, TCOOFF)
        for number in 1...100 { output.write(Array("line \(number)\n".utf8)) }
        _ = wait(within: .milliseconds(50)) { !terminal.output.isEmpty }
        #expect(terminal.output.isEmpty)
        tcflow(terminal.descriptor, TCOON)
        let shows = { String(decoding: terminal.output, as: UTF8.self).contains("line 100") }
        #expect(wait(until: shows))
    }

    @Test func `a file gets every line`() {
        let path = files.write("log", "")
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        defer { close(descriptor) }
        let output = output(descriptor)
        for number in 1...3000 { output.write(Array(Self.line(number).utf8)) }
        #expect(files.read("log")?.split(separator: "\n").count == 3000)
    }
}
