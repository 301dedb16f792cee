import Reactor

/// Lines that were typed, carried out one after the other, and where it is wanted each once the bot has dealt with
/// those before it: so that what comes out is the same every time.
@MainActor final class TypedLines {
    /// Whether the next one has to wait.
    var isBusy: () -> Bool = { false }
    var carryOut: (String) -> Void = { _ in }
    /// Called once the last one was carried out, and dealt with where that is waited for.
    var onEnd: () -> Void = {}

    private static let patience = Duration.milliseconds(2)
    private static let limit = 100
    private let loop: EventLoop
    private var lines: [String] = []
    /// The next one waits, or the end does.
    private(set) var areWaiting = false
    /// No more come.
    private(set) var areEnding = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Whether there are so many that no more should be read.
    var areMany: Bool { lines.count >= Self.limit }

    func take(_ line: String) {
        // Those behind /quit, which were read with it.
        guard !areEnding else { return }
        lines.append(line)
        if !areWaiting { goOn() }
    }

    /// Has the line that is being carried out come again, before the others.
    func repeatFirst(_ line: String) { lines.insert(line, at: 0) }

    /// - Parameter dropping: without those that wait.
    func finish(dropping: Bool) {
        if dropping { lines = [] }
        areEnding = true
    }

    func end() {
        areEnding = true
        if !areWaiting { goOn() }
    }

    private func goOn() {
        areWaiting = false
        guard !lines.isEmpty || areEnding else { return }
        if isBusy() {
            areWaiting = true
            loop.after(Self.patience) { [weak self] in self?.goOn() }
        } else if lines.isEmpty {
            onEnd()
        } else {
            carryOut(lines.removeFirst())
            goOn()
        }
    }
}
