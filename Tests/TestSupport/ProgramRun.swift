import Glibc
import Reactor

/// A program under test: what it wrote, and how it ended.
public final class ProgramRun: ChildProcessObserver {
    public private(set) var output: [String] = []
    public private(set) var errors: [String] = []
    public private(set) var exit: ChildProcess.Exit?
    /// How often it had read all that was written to it.
    public private(set) var timesTaken = 0
    public private(set) var closedPipes = 0
    /// How often its exit was told: once, if all is well.
    public private(set) var timesExited = 0
    /// Called for each line of its stdout.
    public var onOutput: (String) -> Void = { _ in }

    private let loop: EventLoop
    private var process: ChildProcess?

    /// Starts a command; its PATH is that of the test, the rest of its environment only what is given.
    public init(
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

    public var pid: pid_t { process?.pid ?? 0 }
    public var unread: Int { process?.unread ?? 0 }
    public var isReadingInput: Bool? { process?.isReadingInput }
    public var errorText: String { errors.joined(separator: "\n") }

    public func write(_ text: String) { process?.write(Array(text.utf8)) }
    public func write(_ bytes: [UInt8]) { process?.write(bytes) }
    public func endInput() { process?.endInput() }
    public func signal(_ number: Int32) { process?.signal(number) }
    public func pauseOutput() { process?.pauseOutput() }
    public func resumeOutput() { process?.resumeOutput() }

    /// Runs the loop until the program has ended. Its exit status, or -1 if it didn't end in time.
    @discardableResult
    public func wait(within limit: Duration = .seconds(20)) -> Int32 {
        _ = loop.run(until: { exit != nil }, within: limit)
        return exit?.status ?? -1
    }

    public func childWrote(_ line: LineSplitter.Line) {
        output.append(Self.text(line))
        onOutput(output[output.count - 1])
    }

    public func childWroteStderr(_ line: LineSplitter.Line) { errors.append(Self.text(line)) }
    public func childReadAll() { timesTaken += 1 }
    public func childClosedPipe() { closedPipes += 1 }

    public func childExited(_ exit: ChildProcess.Exit) {
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
