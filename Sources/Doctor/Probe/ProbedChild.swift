import Reactor

/// A child under examination: its input so far, and its last stderr lines.
struct ProbedChild {
    private enum Input {
        case open
        case ended
        /// Idle for a while after stdin was closed.
        case endedAndQuiet
    }

    let process: ChildProcess
    /// The number of bytes written to stdin.
    private(set) var written = 0
    private(set) var hasEvent = false
    /// The last lines that it wrote to stderr.
    private(set) var stderr: [String] = []
    private var input = Input.open

    init(_ process: ChildProcess) { self.process = process }

    var isInputEnded: Bool { input != .open }
    var wasQuietAtEnd: Bool { input == .endedAndQuiet }
    /// It hasn't read a byte.
    var hasReadNothing: Bool { process.unread == written }

    mutating func write(_ bytes: [UInt8]) {
        written += bytes.count
        process.write(bytes)
    }

    mutating func gaveEvent() { hasEvent = true }

    mutating func wroteStderr(_ text: String) {
        stderr.append(text)
        if stderr.count > 60 { stderr.removeFirst(20) }
    }

    mutating func endInput() {
        input = .ended
        process.endInput()
    }

    mutating func becameQuiet() {
        if input == .ended { input = .endedAndQuiet }
    }
}
