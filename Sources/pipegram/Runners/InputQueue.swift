import Reactor

/// Lines that were typed, carried out one after the other, and where it is wanted each once the bot has acknowledged
/// those before it: so that what comes out is the same every time.
@MainActor final class InputQueue {
    /// Whether the next one has to wait.
    var isBusy: () -> Bool = { false }
    var execute: (String) -> Void = { _ in }
    /// Called once the last one was carried out, and acknowledged where that is waited for.
    var onEnd: () -> Void = {}

    private static let retryDelay = Duration.milliseconds(2)
    private static let capacity = 100
    private let loop: EventLoop
    private var lines: [String] = []
    /// The next one waits, or the end does.
    private(set) var isWaiting = false
    /// No more come.
    private(set) var isEnding = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Whether there are so many that no more should be read.
    var isFull: Bool { lines.count >= Self.capacity }

    func append(_ line: String) {
        // Those behind /quit, which were read with it.
        guard !isEnding else { return }
        lines.append(line)
        if !isWaiting { advance() }
    }

    /// Has the line that is being carried out come again, before the others.
    func requeue(_ line: String) { lines.insert(line, at: 0) }

    /// - Parameter dropping: without those that wait.
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
