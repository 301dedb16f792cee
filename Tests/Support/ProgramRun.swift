import Glibc
import Reactor

/// A program under test: what it wrote, and how it ended.
package final class ProgramRun: ChildProcessObserver {
    package private(set) var output: [String] = []
    package private(set) var errors: [String] = []
    package private(set) var exit: ChildProcess.Exit?
    /// How often it had read all that was written to it.
    package private(set) var timesTaken = 0
    package private(set) var closedPipes = 0
    /// How often its exit was told: once, if all is well.
    package private(set) var timesExited = 0
    /// Called for each line of its stdout.
    package var onOutput: (String) -> Void = { _ in }

    private let loop: EventLoop
    private var process: ChildProcess?

    /// Starts a command; its PATH is that of the test, the rest of its environment only what is given.
    init(
        _ command: [String], environment: [String: String] = [:], lineLimit: Int = 64 << 20,
        descriptorLimit: UInt64 = 0, on loop: EventLoop
    ) throws {
        self.loop = loop
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let variables = environment.merging(["PATH": path]) { given, _ in given }.map { "\($0)=\($1)" }
        var program = try Program(command, searchPath: path, environment: variables)
        program.descriptorLimit = descriptorLimit
        process = try ChildProcess(program, lineLimit: lineLimit, on: loop, observer: self)
    }

    package var pid: pid_t { process?.pid ?? 0 }
    package var unread: Int { process?.unread ?? 0 }
    package var isReadingInput: Bool? { process?.isReadingInput }
    package var errorText: String { errors.joined(separator: "\n") }

    package func write(_ text: String) { process?.write(Array(text.utf8)) }
    package func write(_ bytes: [UInt8]) { process?.write(bytes) }
    package func endInput() { process?.endInput() }
    package func signal(_ number: Int32) { process?.signal(number) }
    package func pauseOutput() { process?.pauseOutput() }
    package func resumeOutput() { process?.resumeOutput() }

    /// Its exit status; -1 while it runs.
    package var status: Int32 { exit?.status ?? -1 }
    package var text: String { output.joined(separator: "\n") }

    /// Writes the rest of its input, and runs the loop until the program has ended.
    package func end(input: String = "", within limit: Duration = .seconds(60)) -> ProgramRun {
        if !input.isEmpty { write(input) }
        endInput()
        wait(within: limit)
        return self
    }

    /// Runs the loop until the program has ended. Its exit status, or -1 if it didn't end in time.
    @discardableResult
    package func wait(within limit: Duration = .seconds(20)) -> Int32 {
        _ = loop.run(until: { exit != nil }, within: limit)
        return status
    }

    package func childWrote(_ line: LineSplitter.Line) {
        output.append(Self.text(line))
        onOutput(output[output.count - 1])
    }

    package func childWroteStderr(_ line: LineSplitter.Line) { errors.append(Self.text(line)) }
    package func childReadAll() { timesTaken += 1 }
    package func childClosedPipe() { closedPipes += 1 }

    package func childExited(_ exit: ChildProcess.Exit) {
        timesExited += 1
        self.exit = exit
        process = nil
    }

    private static func text(_ line: LineSplitter.Line) -> String {
        switch line {
        case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
        case .tooLong(let start): "too long: " + String(decoding: start, as: UTF8.self)
        }
    }
}
