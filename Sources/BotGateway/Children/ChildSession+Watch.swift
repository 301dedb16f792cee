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
        guard !inFlight.isReady || dialect.isAwaitingReturn || owesAcknowledgement else {
            return clearTimer()
        }
        let timeout = activity.hangTimeout(context.policy.stopGrace, events: inFlight.given)
        setTimer(timeout) { $0.hangTimedOut(timeout) }
    }

    private func hangTimedOut(_ timeout: Duration) {
        guard lifecycle.close() else { return }
        let (what, remedy) = overdue
        stop.begin(nil)
        problem("child did not \(what) within \(timeout.rounded), sending SIGTERM\(remedy)")
        child.process?.endInput()
        escalate()
    }

    /// What the child hasn't done in time, and the remedy.
    private var overdue: (what: String, remedy: String) {
        guard inFlight.isReady, owesAcknowledgement else { return ("read on", "") }
        guard case .acknowledged = inFlight.mode else { return ("exit", "") }
        let longer = "give it more time with --stop-grace"
        return ("acknowledge its event", "; \(longer). \(acknowledgementRemedy(inFlight.current))")
    }

    /// Says which line the bot owes. A child that waits in a read without having written may have it in a buffer; one
    /// that waits for something else is at work.
    func acknowledgementRemedy(_ event: IncomingEvent?) -> String {
        let line = "{\"type\":\"telegram.ack\",\"update_id\":\(event?.updateID ?? 0)}"
        let isSuspect = !child.buffering.isBroken && child.process?.isReadingInput == true
        return "With --ack event the bot must write \(line)"
            + (isSuspect ? "; it has written nothing: is its stdout buffered?" : "")
    }

    // MARK: a buffered stdout

    private static let bufferingRemedy = """
        is its stdout buffered? Most languages collect output to a pipe in a buffer: flush after each \
        line (python3 -u, fflush(stdout), $| = 1 …), or start it with 'stdbuf -oL'
        """

    /// Checks for a buffered stdout: the ack timeout has passed, so a child with nothing to do should have written
    /// something. One with other threads or processes may await their results.
    func checkBuffering() {
        // The read check needs a system call, so it comes last.
        guard child.buffering.isLong, context.health.mayReportBuffering, inFlight.isReady,
            let process = child.process, process.isReadingInput == true, !process.hasHelpers
        else { return }
        reportBuffering(
            "child has read several events and written nothing: \(Self.bufferingRemedy). "
                + "Ignore this if it has nothing to write")
    }

    /// A buffer is flushed within this time of the end of stdin. Later output is that of a bot that awaits something.
    private static let flushLimit: Duration = .milliseconds(300)

    /// The child wrote to stdout. Call it before `touch`.
    func heard() {
        guard !child.buffering.isBroken else { return }
        let wasKeptBack =
            context.policy.endsInputSoon && child.buffering.isLong && lifecycle.state != .running
        child.wrote()
        guard wasKeptBack, context.health.mayReportBuffering else { return }
        let delay = .current - activity.last
        reportBuffering(
            delay < Self.flushLimit
                ? "child wrote nothing until its stdin ended, which happens late on Telegram: \(Self.bufferingRemedy)"
                : "child wrote its first line \(delay.rounded) after its stdin ended: if it awaits something, such as "
                    + "a model's answer, use --ack event, which waits for its telegram.ack"
        )
    }

    private func reportBuffering(_ message: String) {
        context.health.reportedBuffering()
        log(.notice, message)
    }
}
