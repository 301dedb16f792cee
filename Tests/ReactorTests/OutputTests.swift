import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct OutputTests: Rigged {
    let rig: TestRig
    private let pipe: Pipe

    init() throws {
        rig = try TestRig()
        pipe = try rig.pipe()
    }

    private func read(_ limit: Int = 1 << 20) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: limit)
        return Array(piece[..<max(0, Glibc.read(pipe.reader, &piece, limit))])
    }

    @Test func `writes complete in order, at once if there is room`() {
        let output = Output(pipe.writer, name: "pipe", on: loop)
        var told: [Int] = []
        output.write(Array("one\n".utf8)) { told.append(1) }
        output.write([]) { told.append(2) }
        output.write(Array("two\n".utf8)) { told.append(3) }
        #expect(told == [1, 2, 3])
        #expect(read() == Array("one\ntwo\n".utf8))
    }

    @Test func `a slow reader doesn't block writes and still gets everything`() {
        let output = Output(pipe.writer, name: "pipe", on: loop)
        let pieces = (0..<40).map { [UInt8](repeating: $0, count: 70_000) }
        var told = 0
        for piece in pieces { output.write(piece) { told += 1 } }
        #expect(told < 2)
        #expect(output.pending > 2_000_000)
        var all: [UInt8] = []
        let isRead = wait {
            if told < 40 || output.pending > 0 || all.count < 2_800_000 { all += read(1 << 16) }
            return all.count == 2_800_000
        }
        #expect(isRead)
        #expect(told == 40)
        #expect(all == Array(pieces.joined()))
    }

    @Test func `a closed reader is a failure`() {
        let output = Output(pipe.writer, name: "pipe", on: loop)
        var failures: [SystemError] = []
        output.onFailure = { failures.append($0) }
        pipe.closeReader()
        var told = 0
        output.write([1]) { told += 1 }
        #expect(failures == [SystemError("pipe", code: EPIPE)])
        #expect(told == 0)
    }

    @Test func `after a failure the unwritten rest can be retried`() throws {
        let file = open("/dev/full", O_WRONLY)
        defer { close(file) }
        let output = Output(file, name: "full", on: loop)
        var failures = 0
        output.onFailure = { _ in failures += 1 }
        output.write([1, 2])
        #expect(failures == 1)
        #expect(dup2(pipe.writer, file) == file)
        output.retry()
        #expect(output.pending == 0)
        #expect(read() == [1, 2])
    }
}
