import JSON
import Reactor

/// What a session needs of a process. Tests have one of their own, which reads and writes when the test says so.
protocol ChildHandle: AnyObject {
    var pid: Int32 { get }
    /// Writes to its stdin; `childReadAll` follows once it has read all of it.
    func write(_ bytes: [UInt8])
    func endInput()
    /// To its process group.
    func signal(_ number: Int32)
    /// Reads no more of its stdout until `resumeOutput`.
    func pauseOutput()
    func resumeOutput()
    /// Reads all that its stdout holds now, unless it is paused.
    func readOutputDry()
    /// The same also while it is paused.
    func readWrittenOutput()
    /// What it has written of a line that isn't ended yet.
    func takePartOfLine() -> [UInt8]
    /// It waits in a read of its stdin; nil where that can't be known.
    var isReadingInput: Bool? { get }
}

extension ChildProcess: ChildHandle {}

/// Starts children.
struct ChildLauncher {
    typealias Spawn = (Program, any ChildProcessObserver) throws(SystemError) -> any ChildHandle

    private let program: Program
    private let environment: ChildEnvironment
    private let bot: JSON
    private let spawn: Spawn

    /// - Parameters:
    ///   - bot: what getMe answered; every scope line carries it.
    ///   - spawn: starts a process that speaks lines.
    init(_ program: Program, environment: ChildEnvironment, bot: JSON, spawn: @escaping Spawn) {
        (self.program, self.environment, self.bot, self.spawn) = (program, environment, bot, spawn)
    }

    /// Starts a child for an event.
    ///
    /// - Returns: the child, and the scope line, its first one.
    func start(
        for event: IncomingEvent, state: JSON?, observer: any ChildProcessObserver
    ) throws(SystemError) -> (child: any ChildHandle, scopeLine: [UInt8]) {
        let line = ScopeLine(openedBy: event)
        var program = program
        program.environment = environment.variables(for: line)
        return (try spawn(program, observer), line.bytes(bot: bot, state: state))
    }
}
