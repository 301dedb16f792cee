/// How a child is brought to its end, rung by rung: the end of its stdin, SIGTERM, SIGKILL.
struct StopLadder {
    private enum Rung {
        case running, inputEnded, terminated, killed
    }

    enum Signal: Equatable {
        case terminate, kill
    }

    private var rung = Rung.running
    /// What the child is told in its last line; nil while it runs, and when it closed a pipe by itself.
    private(set) var reason: DisconnectReason?
    /// A new version of the program is there: the child is replaced once nothing is in flight.
    private(set) var isOutdated = false

    /// It was told to go, and no signal was sent yet.
    var isInputEnded: Bool { rung == .inputEnded }

    mutating func programChanged() { isOutdated = true }

    mutating func begin(_ reason: DisconnectReason?) {
        rung = .inputEnded
        self.reason = reason
    }

    /// The child didn't end in the time it had: the signal to send next; nil when it wasn't told to go.
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
