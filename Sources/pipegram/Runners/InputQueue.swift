import Reactor

/// Executes typed lines one after another. In a script, each waits until the bot has acknowledged the events of
/// those before it, so the output is deterministic.
@MainActor final class InputQueue {
    /// Whether the next line must wait.
    var isBusy: () -> Bool = { false }
    var execute: (String) -> Void = { _ in }
    /// Called after the last line is executed and, in a script, acknowledged.
    var onEnd: () -> Void = {}

    private static let retryDelay = Duration.milliseconds(2)
    private static let capacity = 100
    private let loop: EventLoop
    private var lines: [String] = []
    /// Whether the next line, or the end, waits for the bot.
    private(set) var isWaiting = false
    /// No more lines come.
    private(set) var isEnding = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Whether to stop reading input.
    var isFull: Bool { lines.count >= Self.capacity }

    func append(_ line: String) {
        // Drop lines that were read together with /quit but follow it.
        guard !isEnding else { return }
        lines.append(line)
        if !isWaiting { advance() }
    }

    /// Executes the current line again, before the others.
    func requeue(_ line: String) { lines.insert(line, at: 0) }

    /// - Parameter dropping: whether to drop the waiting lines.
    func finish(dropping: Bool) {
        if dropping { lines = [] }
        isEnding = true
    }

    func end() {
        isEnding = true
        if !isWaiting { advance() }
    }

    private func advance() {
        isWaiting = false
        guard !lines.isEmpty || isEnding else { return }
        if isBusy() {
            isWaiting = true
            loop.after(Self.retryDelay) { [weak self] in self?.advance() }
        } else if lines.isEmpty {
            onEnd()
        } else {
            execute(lines.removeFirst())
            advance()
        }
    }
}
