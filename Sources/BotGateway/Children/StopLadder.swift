/// The steps that end a child: the end of its stdin, SIGTERM, SIGKILL.
struct StopLadder {
    private enum Rung {
        case running, inputEnded, terminated, killed
    }

    enum Signal: Equatable {
        case terminate, kill
    }

    private var rung = Rung.running
    /// The reason in the disconnect line; nil while the child runs, or if it closed a pipe itself.
    private(set) var reason: DisconnectReason?
    /// The program has a new version: the child is replaced once nothing is in flight.
    private(set) var isOutdated = false

    /// The child was asked to end, and no signal was sent yet.
    var isInputEnded: Bool { rung == .inputEnded }

    /// The child didn't end by itself, so a signal was sent.
    var hasSignaled: Bool { rung == .terminated || rung == .killed }

    mutating func programChanged() { isOutdated = true }

    mutating func begin(_ reason: DisconnectReason?) {
        rung = .inputEnded
        self.reason = reason
    }

    /// The child didn't end in time. Returns the signal to send next; nil if it wasn't asked to end.
    mutating func escalate() -> Signal? {
        switch rung {
        case .running: return nil
        case .inputEnded:
            rung = .terminated
            return .terminate
        case .terminated, .killed:
            rung = .killed
            return .kill
        }
    }
}
