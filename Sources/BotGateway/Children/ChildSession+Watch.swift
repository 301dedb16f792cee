import Reactor

/// What a child is watched for: idleness, and in a replay that it comes back.
extension ChildSession {
    /// Sees to it that an idle child is reaped; in a replay, that one which doesn't come back is noticed.
    func watchOver() {
        guard lifecycle.state == .running else { return }
        if options.replays != nil {
            watchForHang()
        } else if timer == nil, let idle = options.idleTimeout {
            setTimer(idle) { $0.idleCheck() }
        }
    }

    private func idleCheck() {
        guard lifecycle.state == .running, let idle = options.idleTimeout else { return }
        let end = max(isQuiet ? lastActive + idle : .current + idle, keepAliveUntil ?? lastActive)
        if end <= .current {
            close(.idle)
        } else {
            setTimer(end - .current) { $0.idleCheck() }
        }
    }

    private func watchForHang() {
        guard !inFlight.isReady || plain?.isAtWork == true else { return clearTimer() }
        // Several events in one go may take what the slowest took, each.
        let grace = options.stopGrace + slowest * (inFlight.given > 1 ? 4 * inFlight.given : 0)
        setTimer(grace) { $0.hung(for: grace) }
    }

    private func hung(for grace: Duration) {
        guard lifecycle.close() else { return }
        problem("child did not come back within \(grace.rounded), sending SIGTERM")
        process?.endInput()
        carryOut(lifecycle.graceEnded())
        escalate(after: options.killGrace)
    }

    func noteEventTime() {
        if inFlight.given == 1 { slowest = max(slowest, .current - lastGiven) }
    }
}
