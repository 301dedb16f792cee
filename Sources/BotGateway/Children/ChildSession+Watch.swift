import Reactor

/// Watches the child for idleness, a hang and a buffered stdout.
extension ChildSession {
    /// Sets the timer for the idle timeout or for a hang.
    func watchOver() {
        guard lifecycle.state == .running else { return }
        if context.policy.detectsHangs {
            watchForHang()
        } else if let idle = context.policy.idleTimeout {
            setTimerIfNone(idle) { $0.checkIdle() }
        }
    }

    private func checkIdle() {
        guard lifecycle.state == .running, let idle = context.policy.idleTimeout else { return }
        let end = activity.idleEnd(after: idle, isQuiet: isQuiet)
        if end <= .current {
            close(.idle)
        } else {
            setTimer(end - .current) { $0.checkIdle() }
        }
    }

    private func watchForHang() {
        guard !inFlight.isReady || dialect.isAwaitingReturn else { return clearTimer() }
        let timeout = activity.hangTimeout(context.policy.stopGrace, events: inFlight.given)
        setTimer(timeout) { $0.hangTimedOut(timeout) }
    }

    private func hangTimedOut(_ timeout: Duration) {
        guard lifecycle.close() else { return }
        stop.begin(nil)
        problem("child did not read on within \(timeout.rounded), sending SIGTERM")
        child.process?.endInput()
        escalate()
    }

    // MARK: a buffered stdout

    private static let bufferingRemedy = """
        is its stdout buffered? Most languages collect output to a pipe in a buffer: flush after each \
        line (python3 -u, fflush(stdout), $| = 1 …), or start it with 'stdbuf -oL'
        """

    /// Checks for a buffered stdout: the ack timeout has passed, so a child with nothing to do should have written
    /// something.
    func checkBuffering() {
        // The read check needs a system call, so it comes last.
        guard child.buffering.isLong, context.health.mayReportBuffering, inFlight.isReady,
            child.process?.isReadingInput == true
        else { return }
        reportBuffering(
            "child has read several events and written nothing: \(Self.bufferingRemedy). "
                + "Ignore this if it has nothing to write")
    }

    /// The child wrote to stdout.
    func heard() {
        guard !child.buffering.isBroken else { return }
        let wasKeptBack =
            context.policy.endsInputSoon && child.buffering.isLong && lifecycle.state != .running
        child.wrote()
        guard wasKeptBack, context.health.mayReportBuffering else { return }
        reportBuffering(
            "child wrote nothing until its stdin ended, which happens late on Telegram: \(Self.bufferingRemedy)"
        )
    }

    private func reportBuffering(_ message: String) {
        context.health.reportedBuffering()
        log(.notice, message)
    }
}
