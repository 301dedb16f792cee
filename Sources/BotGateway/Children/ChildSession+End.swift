import Glibc
import Reactor

/// Ends a child, and handles its exit.
extension ChildSession {
    /// Begins to end the child: a disconnect line, the end of its stdin, then signals.
    ///
    /// - Parameter reason: nil if the child closed a pipe itself.
    func close(_ reason: DisconnectReason?) {
        guard lifecycle.close() else { return }
        stop.begin(reason)
        sendDisconnect()
        escalate(after: context.policy.stopGrace)
    }

    /// Writes the disconnect line and closes stdin, once the child has read the events in flight. After that the
    /// gateway couldn't see whether an event was read, and an unread event belongs to the next child.
    func sendDisconnect() {
        guard lifecycle.state == .closing, stop.isInputEnded, !inFlight.hasUnreadEvent else { return }
        if let line = dialect.disconnectLine(stop.reason ?? .stop) {
            observe(given: line)
            child.process?.write(inFlight.write(line))
        }
        child.process?.endInput()
    }

    /// Sends the next signal if the child hasn't ended by then.
    private func escalate(after grace: Duration) {
        setTimer(grace) { session in
            guard session.lifecycle.state == .closing else { return }
            let isFirst = session.stop.isInputEnded
            session.problem(
                "child did not end within \(grace.rounded) of \(isFirst ? "the end of its input" : "SIGTERM"), "
                    + "sending \(isFirst ? "SIGTERM" : "SIGKILL")")
            session.escalate()
        }
    }

    func escalate() {
        switch stop.escalate() {
        case .terminate:
            child.process?.signal(SIGTERM)
            escalate(after: context.policy.killGrace)
        case .kill: child.process?.signal(SIGKILL)
        case nil: break
        }
    }

    /// Sends SIGINT to a child that is at work. One that waits for input has nothing to interrupt, and might end.
    func interrupt() {
        guard lifecycle.state == .running, let process = child.process,
            inFlight.hasReadEvent || inFlight.count > 0,
            !(inFlight.isReady && process.isReadingInput == true)
        else { return }
        log(.info, "child interrupted by a message")
        child.interrupted(at: inFlight.newest)
        process.signal(SIGINT)
    }

    func exited(_ exit: ChildProcess.Exit) {
        let lived = Instant.current - child.startedAt
        let wasTold = stop.reason != nil
        let wasInterrupted = child.interruptedAt != nil
        var ended = inFlight.ended(
            unread: exit.unread,
            succeeded: exit.status == 0 || wasInterrupted || context.policy.failure == .dropEvents)
        if let last = child.interruptedAt { ended.dropUnread(upTo: last) }
        let succeeded = wasTold || wasInterrupted || exit.status == 0 && ended.hasReadEvent
        if ended.hasReadEvent { crashLoopEnded() }
        child.read(ended.last)
        reportSuppressedWarnings()
        if wasInterrupted {
            log(.info, "child ended \(exit.words), as a message asked")
        } else {
            report(exit, lived: lived, hasReadEvent: ended.hasReadEvent)
        }
        acknowledge(ended.acknowledged)
        context.metrics?.childExited(because: stop.reason?.rawValue ?? exit.kind)
        context.journal.childEnded(scope)
        child.ended()
        calls.dropResults()
        // Before the next child starts: it may make a call at once.
        context.handlers.ended(scope)
        let isLeft = requeue(ended, blaming: !succeeded && blames(exit, for: ended))
        if stop.reason == .stop, isLeft { abandon(because: "the gateway is stopping") }
        self.ended(
            succeeded: succeeded, lived: lived,
            because: exit.status == 0 ? "the child ended without reading" : "the child failed")
    }

    private func report(_ exit: ChildProcess.Exit, lived: Duration, hasReadEvent: Bool) {
        let how = "after \(lived.rounded), \(exit.words)"
        if !hasReadEvent, stop.reason == nil {
            let advice = exit.status == 0 ? " (\(dialect.readingAdvice))" : ""
            diedAtStart("child ended \(how), before it read its event\(advice)")
        } else if exit.status != 0, context.policy.judgesLateExits || stop.reason == nil {
            problem("child ended \(how)\(limits(after: exit))\(outlook)")
        } else {
            log(.info, "child ended \(how)\(stop.reason.map { " (\($0.rawValue))" } ?? "")")
        }
    }

    /// The child ended before it read an event, or couldn't be started.
    func diedAtStart(_ how: String) {
        guard context.policy.redelivers else { return problem(how + limits + outlook) }
        context.health.countProblem()
        switch context.health.crashLoop.childDied() {
        case .one: log(.warning, how + limits)
        case .goesOn: log(.debug, how)
        case .begins:
            log(
                .error,
                "crash loop: the bot dies at its start: \(how)\(lastWords)\(limits). It is restarted with backoff, and events wait. "
                    + "Further deaths are logged at level debug until a child reads its event")
        }
    }

    /// What happens next, for a person at a terminal, and the child's last words unless they were shown when it wrote
    /// them.
    private var outlook: String {
        guard context.policy.failure == .dropEvents else { return "" }
        let isStderrShown = context.handlers.stderr != nil || context.log.logLevel <= .notice
        return (isStderrShown ? "" : lastWords) + "; the next message restarts it"
    }

    private var lastWords: String {
        child.lastWords.isEmpty ? "" : "; last stderr lines: \(child.lastWords.joined(separator: " | "))"
    }

    /// Names the limits if one may have killed the child, and isn't named yet.
    private func limits(after exit: ChildProcess.Exit) -> String {
        let isKilled = ChildProcess.Exit.signal(of: exit.status) != nil
        return isKilled && stop.reason == nil && !exit.isOutOfMemory ? limits : ""
    }

    /// A limit is easily the reason for a death at the start, and most programs don't say so.
    private var limits: String {
        context.policy.limits.map { "; --limit \($0) is set, perhaps too low" } ?? ""
    }

    /// A child has read an event, which ends a crash loop.
    func crashLoopEnded() {
        if context.health.crashLoop.childReadEvent() {
            context.log.notice("crash loop ended: a child has read its event")
        }
    }

    /// Whether an end counts against the first event in flight: the child had begun to read it, or never read its stdin
    /// and was done or killed. A child that fails at its start doesn't count: the fault is the bot's, not the event's.
    private func blames(_ exit: ChildProcess.Exit, for ended: InFlight.Unacknowledged) -> Bool {
        ended.wasAtWork || !ended.hasReadEvent && (stop.hasSignaled || exit.isDoneOrKilled)
    }

    /// Puts back the events that the child didn't acknowledge, except for one that has reached `maxDeliveries`.
    ///
    /// - Returns: whether any event was put back.
    private func requeue(_ ended: InFlight.Unacknowledged, blaming: Bool) -> Bool {
        var events = ended.events
        if blaming, !events.isEmpty, let limit = context.policy.maxDeliveries {
            events[0].deaths += 1
            if events[0].deaths >= limit { deadLetter(events.removeFirst(), wasRead: ended.wasAtWork) }
        }
        for event in events where event.isRedelivered || event.deaths > 0 { context.journal.requeue(event) }
        queue.putBack(events)
        return !events.isEmpty
    }

    private func deadLetter(_ event: IncomingEvent, wasRead: Bool) {
        let end = wasRead ? "died on it" : "ended without reading it"
        let reason = "\(event.deaths.counted("child", plural: "children")) \(end)"
        context.journal.deadLetter(event, because: reason)
        context.metrics?.deadLettered()
        redeliveryWindow.acknowledged(1, commit: context.journal.nextCommit)
        log(.error, "update \(event.updateID) became a dead letter: \(reason)")
    }

    /// - Parameter why: the reason for which waiting events are dropped after a failure.
    func ended(succeeded: Bool, lived: Duration, because why: String = "the child failed") {
        clearTimer()
        let action = lifecycle.ended(.init(succeeded: succeeded, lived: lived, eventsWait: !queue.isEmpty))
        if !succeeded, !context.policy.redelivers {
            abandon(because: why)
        } else if context.shutdown != .none, lifecycle.state == .cooling || context.leavesEvents {
            abandon(because: "the gateway is stopping")
        } else {
            carryOut(action)
        }
    }

    // MARK: reload and shutdown

    /// Ends this child between two events, so that the next one runs the new version of the program.
    func reload() {
        guard lifecycle.state == .running, inFlight.mode != .single else { return }
        stop.programChanged()
        advance()
    }

    /// Ends an outdated child that hasn't acknowledged its events within `stopGrace`.
    func hurryReload() {
        if stop.isOutdated, lifecycle.state == .running { close(.reload) }
    }

    /// Applies the current stage of the shutdown. Called for each stage and every second after `hurrying`.
    func shutDown() {
        switch context.shutdown {
        case .none: break
        case .draining:
            if lifecycle.state == .cooling { abandon(because: "the gateway is stopping") }
            advance()
        case .hurrying:
            if !isAlive, context.leavesEvents { abandon(because: "the gateway is stopping") }
            advance()
            // A child that has stopped reading is ended with its event in flight.
            if !inFlight.isReady, activity.last + context.policy.stopGrace <= .current { close(.stop) }
        case .killing:
            abandon(because: "the gateway is stopping")
            child.process?.signal(SIGKILL)
        }
    }

    /// The scope is another gateway's now: drops its events and kills its child, whatever that is doing.
    func revoke() {
        clearTimer()
        stopTyping()
        queue = EventQueue()
        inFlight = InFlight(mode: context.policy.inFlightMode)
        redeliveryWindow.committed()
        let process = isAlive ? child.process : nil
        lifecycle.revoked()
        guard let process else { return }
        log(.warning, "child killed: its shard was lost")
        context.metrics?.childExited(because: "lost")
        context.handlers.ended(scope)
        process.signal(SIGKILL)
    }

    /// Drops the waiting events. A durable journal keeps them for the next start.
    private func abandon(because why: String) {
        redeliveryWindow.committed()
        let count = queue.count
        queue = EventQueue()
        context.journal.overflow?.drop(of: scope)
        if !context.journal.isDurable, count > 0 {
            problem("\(count.counted("event")) not delivered: \(why)")
        }
        if !isAlive { lifecycle.abandoned() }
    }
}
