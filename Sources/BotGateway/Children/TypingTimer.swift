import Reactor

/// Repeats the typing action while a child is busy: first a moment after it was given an event, then each time before
/// Telegram hides it.
struct TypingTimer {
    /// Quick answers need no typing action.
    private static let delay: Duration = .milliseconds(500)
    /// Telegram shows the action for 5 s.
    private static let interval: Duration = .milliseconds(4500)
    /// A child that writes nothing for this long isn't considered busy, unless it owes an acknowledgement.
    static let limit: Duration = .seconds(60)

    private var state: State?

    /// A class, because the timer's closure replaces the timer.
    private final class State {
        var timer: Timer?
    }

    /// - Parameter show: sends the action; returns false to stop.
    mutating func start(on loop: EventLoop, show: @escaping () -> Bool) {
        stop()
        let state = State()
        self.state = state
        Self.wait(Self.delay, state, loop, show)
    }

    private static func wait(
        _ delay: Duration, _ state: State, _ loop: EventLoop, _ show: @escaping () -> Bool
    ) {
        state.timer = loop.after(delay) { [unowned state] in
            state.timer = nil
            if show() { wait(interval, state, loop, show) }
        }
    }

    mutating func stop() {
        state?.timer?.cancel()
        state = nil
    }
}
