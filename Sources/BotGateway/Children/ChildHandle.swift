import JSON
import Reactor

/// The part of a process that a session uses. Tests replace it by a fake that reads and writes at their command.
protocol ChildHandle: AnyObject {
    var pid: Int32 { get }
    /// Writes to the child's stdin. `childReadAll` is called once the child has read everything.
    func write(_ bytes: [UInt8])
    func endInput()
    /// Sends a signal to the child's process group.
    func signal(_ number: Int32)
    /// Stops reading stdout until `resumeOutput`.
    func pauseOutput()
    func resumeOutput()
    /// Reads everything that is in the stdout pipe now, unless it is paused.
    func readOutputDry()
    /// Like `readOutputDry`, even while it is paused.
    func readWrittenOutput()
    /// The incomplete last line of stdout.
    var partOfLine: [UInt8] { get }
    /// Takes the incomplete last line of stdout.
    func takePartOfLine() -> [UInt8]
    /// Whether the child is blocked in a read of its stdin; nil if that can't be known.
    var isReadingInput: Bool? { get }
    /// Whether it has several threads, or processes that it started.
    var hasHelpers: Bool { get }
}

extension ChildProcess: ChildHandle {}

/// Starts children.
struct ChildLauncher {
    typealias Spawn = (Program, any ChildProcessObserver) throws(SystemError) -> any ChildHandle

    private let command: CommandTemplate
    private let environment: ChildEnvironment
    private let bot: JSON
    private let spawn: Spawn

    /// - Parameters:
    ///   - bot: the User object from getMe; every scope line contains it.
    ///   - spawn: starts a process that reads and writes lines.
    init(
        _ command: CommandTemplate, environment: ChildEnvironment, bot: JSON, spawn: @escaping Spawn
    ) {
        (self.command, self.environment, self.bot, self.spawn) = (command, environment, bot, spawn)
    }

    /// The bot's username; nil if it has none.
    var username: String? { bot["username"]?.string }

    /// Starts a child for an event.
    ///
    /// - Returns: the child and its scope line, which isn't written yet; and whether Telegram can show its chat the
    ///   typing action.
    func start(
        for event: IncomingEvent, state: JSON?, observer: any ChildProcessObserver
    ) throws(SystemError) -> (child: any ChildHandle, scopeLine: [UInt8], showsTyping: Bool) {
        let line = ScopeLine(openedBy: event)
        let program = command.program(for: line, in: environment)
        return (try spawn(program, observer), line.bytes(bot: bot, state: state), line.showsTyping)
    }
}
