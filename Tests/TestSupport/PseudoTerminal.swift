import Glibc
import Reactor

/// A program at a terminal of its own, keys typed by a test, and what the screen shows.
@MainActor public final class PseudoTerminal {
    /// What the screen shows, row by row, without blanks at the end of a row.
    public var screen: [String] { [] }
    /// Everything that was written to the terminal.
    public private(set) var output: [UInt8] = []
    /// The status the program ended with: 0...255, or 128 + a signal. Nil while it runs.
    public private(set) var exit: Int32?

    /// Starts a program at a terminal; TERM=xterm-256color unless the environment says otherwise.
    ///
    /// - Parameters:
    ///   - command: a program, by its path, and its arguments.
    ///   - environment: `NAME=value` each, and nothing else but TERM, PATH, HOME and LANG.
    public init(
        _ command: [String], environment: [String] = [], columns: Int = 80, rows: Int = 24, on loop: EventLoop
    ) throws(SystemError) {}

    /// Types keys: text, `\r` for Enter, `\u{3}` for Ctrl-C, `\u{1b}[A` for the arrow up.
    public func type(_ keys: String) {}

    /// The same in bytes, for those that are no UTF-8.
    public func type(bytes: [UInt8]) {}

    public func resize(columns: Int, rows: Int) {}

    /// Runs the loop until a row of the screen contains `text`. False if none does in time.
    public func shows(_ text: String, within limit: Duration = .seconds(20)) -> Bool { false }

    /// Runs the loop until the program has ended. False if it doesn't in time.
    public func ends(within limit: Duration = .seconds(20)) -> Bool { false }

    /// Ends the program, if it still runs, and its terminal.
    public func close() {}
}
