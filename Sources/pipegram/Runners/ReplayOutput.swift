import Offline
import Reactor

/// Prints the calls of a `replay`, compares them with the --expect file, or writes that file.
@MainActor final class ReplayOutput {
    /// Called when a write to stdout fails.
    var onFailure: (SystemError) -> Void = { _ in }

    private let loop: EventLoop
    /// The file of --expect.
    private let path: String?
    /// The expected calls; nil without a file or with --update.
    private let expected: [UInt8]?
    private var collected: [UInt8] = []
    private var unwritten: [UInt8] = []

    init(_ command: ReplayCommand, on loop: EventLoop) throws {
        self.loop = loop
        path = command.expect
        expected = try Self.readExpected(command)
    }

    private static func readExpected(_ command: ReplayCommand) throws -> [UInt8]? {
        guard let path = command.expect, !command.update else { return nil }
        do {
            return try File.read(path)
        } catch {
            throw Failure(.noInput, "\(error); to create it, add --update")
        }
    }

    func write(_ lines: [UInt8]) {
        if path != nil {
            collected += lines
            return
        }
        if unwritten.isEmpty { loop.soon { [weak self] in self?.flush() } }
        unwritten += lines
        if unwritten.count > 1 << 16 { flush() }
    }

    func flush() {
        let lines = unwritten
        unwritten = []
        if !File.writeAll(lines, to: 1) { onFailure(SystemError("stdout")) }
    }

    /// Prints the difference and returns false if there is one.
    func compare() throws -> Bool {
        guard let path else { return true }
        guard let expected else {
            do {
                try File.write(collected, to: path)
            } catch {
                throw Failure(.inputOutput, "\(error)")
            }
            return true
        }
        let comparison = CallComparison(expected: expected, actual: collected)
        if !comparison.isEqual { File.writeAll(Array(comparison.difference().utf8), to: 1) }
        return comparison.isEqual
    }
}
