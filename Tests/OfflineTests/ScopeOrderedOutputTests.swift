import Reactor
import TestSupport
import Testing

@testable import Offline

@Suite struct ScopeOrderedOutputTests {
    private let directory = TemporaryDirectory()

    private func line(_ number: Int, bytes: Int = 10) -> [UInt8] {
        let text = "\(number) "
        return Array((text + String(repeating: "x", count: max(0, bytes - text.count - 1)) + "\n").utf8)
    }

    /// Appends lines to three scopes in turn. The first scope's lines are printed at once.
    private func print(_ count: Int, bytes: Int, through spool: Spool) -> (
        atOnce: Int, all: [UInt8], expected: [UInt8]
    ) {
        let groups = ScopeOrderedOutput(spool: spool)
        var output: [UInt8] = []
        var expected: [[UInt8]] = [[], [], []]
        for number in 0..<count {
            let line = line(number, bytes: bytes)
            expected[number % 3] += line
            groups.append(line, to: .chat(Int64(number % 3))) { output += $0 }
        }
        let atOnce = output.count
        groups.finish { output += $0 }
        return (atOnce, output, expected.flatMap { $0 })
    }

    @Test func `scopes are printed one after another, each with its lines in order`() {
        let printed = print(30, bytes: 10, through: Spool(directory: directory.path))
        #expect(printed.all == printed.expected)
        #expect(printed.atOnce == 100)
    }

    @Test func `lines that exceed the memory limit wait on disk and stay in order`() {
        let spool = Spool(directory: directory.path)
        let groups = ScopeOrderedOutput(spool: spool)
        for number in 0..<40 {
            groups.append(line(number, bytes: 1000), to: .chat(Int64(number % 2))) { _ in }
        }
        #expect(!spool.isEmpty)
        var output: [UInt8] = []
        groups.finish { output += $0 }
        #expect(output == (0..<40).filter { $0 % 2 == 1 }.flatMap { line($0, bytes: 1000) })
        #expect(spool.isEmpty)
    }

    @Test func `many lines in many pieces stay in order, with a disk and without`() {
        for path in [directory.path, "/nowhere"] {
            for bytes in [100, 20_000] {
                let printed = print(60, bytes: bytes, through: Spool(directory: path))
                #expect(printed.all == printed.expected)
            }
        }
    }

    @Test func `the scope that was added first is printed at once, even if others are faster`() {
        let groups = ScopeOrderedOutput(spool: Spool(directory: directory.path))
        var output: [UInt8] = []
        groups.add(.chat(1))
        groups.add(.chat(2))
        groups.append(line(2), to: .chat(2)) { output += $0 }
        #expect(output.isEmpty)
        groups.append(line(1), to: .chat(1)) { output += $0 }
        #expect(output == line(1))
        groups.finish { output += $0 }
        #expect(output == line(1) + line(2))
    }
}
