import JSON
import Reactor

@testable import BotGateway

/// A process whose reading, writing and exit the test decides.
///
/// It reads its stdin like a real process reads a pipe: input is unread until the test makes the child read it.
final class FakeChild: ChildHandle {
    let pid: Int32
    private unowned let observer: any ChildProcessObserver

    /// All of its input, and how much of it was read.
    private(set) var input: [UInt8] = []
    private(set) var readUpTo = 0
    private(set) var isInputEnded = false
    private(set) var isOutputPaused = false
    private(set) var signals: [Int32] = []
    private(set) var hasExited = false
    /// The lines that it wrote while its output was paused.
    private var unreadOutput: [String] = []
    var isReadingInput: Bool? = false
    let hasHelpers = false
    /// Called with each piece of its input.
    var onInput: ([UInt8]) -> Void = { _ in }

    init(pid: Int32, observer: any ChildProcessObserver) { (self.pid, self.observer) = (pid, observer) }

    /// The lines that it has read.
    var linesRead: [String] { Self.lines(input[..<readUpTo]) }
    var linesWritten: [String] { Self.lines(input[...]) }
    var unread: Int { input.count - readUpTo }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    // MARK: actions of the test

    /// Reads all input. Returns false if there was none.
    @discardableResult
    func readAll() -> Bool {
        guard !hasExited, unread > 0 else { return false }
        readUpTo = input.count
        observer.childReadAll()
        return true
    }

    /// Reads some bytes and leaves the rest.
    func read(bytes: Int) {
        guard !hasExited, bytes > 0, unread > 0 else { return }
        readUpTo = min(input.count, readUpTo + bytes)
        if unread == 0 { observer.childReadAll() }
    }

    /// Writes a line to its stdout.
    func write(_ line: String) {
        guard !hasExited else { return }
        if isOutputPaused { unreadOutput.append(line) } else { tell(line) }
    }

    /// Writes to its stdout without a newline.
    func writePart(_ text: String) {
        partOfLine += Array(text.utf8)
        observer.childWrotePart()
    }

    /// Closes its stdin, and lives on.
    func closePipe() { observer.childClosedPipe() }

    func exit(status: Int32 = 0) {
        guard !hasExited else { return }
        isOutputPaused = false
        tellUnread()
        hasExited = true
        observer.childExited(ChildProcess.Exit(status: status, unread: unread))
    }

    private func tell(_ line: String) {
        (takePartOfLine() + Array(line.utf8)).withUnsafeBytes { observer.childWrote(.whole($0)) }
    }

    private func tellUnread() {
        let lines = unreadOutput
        unreadOutput = []
        lines.forEach(tell)
    }

    // MARK: ChildHandle

    func write(_ bytes: [UInt8]) {
        guard !isInputEnded, !hasExited else { return }
        input += bytes
        onInput(bytes)
    }
    func endInput() { isInputEnded = true }
    func signal(_ number: Int32) { signals.append(number) }
    func pauseOutput() { isOutputPaused = true }
    func resumeOutput() {
        isOutputPaused = false
        tellUnread()
    }
    func readOutputDry() { if !isOutputPaused { tellUnread() } }
    func readWrittenOutput() { tellUnread() }
    private(set) var partOfLine: [UInt8] = []
    func takePartOfLine() -> [UInt8] {
        defer { partOfLine = [] }
        return partOfLine
    }
}

extension FakeChild {
    /// The texts of the events that were written to it. Redelivered ones end in `!`.
    var texts: [String] {
        linesWritten.compactMap { line in
            guard let event = try? JSON(parsing: line), let text = event["text"]?.string else { return nil }
            return event["redelivered"]?.bool == true ? "\(text)!" : text
        }
    }

    func send(_ text: String, id: Int? = nil) {
        let end = id.map { ",\"id\":\($0)" } ?? ""
        write("{\"type\":\"telegram.send_message\",\"text\":\"\(text)\"\(end)}")
    }
}
