import Reactor

/// Shows in a chat that its child is at work: from a moment after it was given an event, and again before Telegram
/// takes the sign away.
struct TypingTimer {
    /// Quick answers need no sign.
    private static let delay: Duration = .milliseconds(500)
    /// Telegram shows it for 5 s.
    private static let interval: Duration = .milliseconds(4500)
    /// A child that says nothing for this long has nothing to say, unless it owes an acknowledgement.
    static let limit: Duration = .seconds(60)

    private var state: State?

    /// A box: the timer's closure replaces the timer.
    private final class State {
        var timer: Timer?
    }

    /// - Parameter show: shows it; false once there is nothing to show any more.
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
