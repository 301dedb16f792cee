import Glibc
import Reactor

/// How a child comes to its end, and what follows.
extension ChildSession {
    /// Tells the child to go: a last line, the end of its stdin, and signals if it doesn't.
    ///
    /// - Parameter reason: nil when the child itself has closed a pipe.
    func close(_ reason: DisconnectReason?) {
        guard lifecycle.close() else { return }
        self.reason = reason
        sendDisconnect()
        escalate(after: options.stopGrace)
    }

    /// The last line and the end of its stdin, once it took what it has in hand: of a closed pipe nobody
    /// can tell whether it was read, and an event that wasn't is for the next child.
    func sendDisconnect() {
        guard lifecycle.state == .closing(signals: 0), !inFlight.hasUnreadEvent else { return }
        if plain == nil { process?.write(inFlight.write(GatewayLines.disconnect(reason ?? .stop))) }
        process?.endInput()
    }

    /// The next rung for a child that doesn't end: SIGTERM, then SIGKILL.
    func escalate(after grace: Duration) {
        setTimer(grace) { $0.graceEnded(grace) }
    }

    private func graceEnded(_ grace: Duration) {
        let action = lifecycle.graceEnded()
        guard action == .terminate else {
            problem("child did not end within \(grace.rounded) of SIGTERM, sending SIGKILL")
            return carryOut(action)
        }
        problem("child did not end within \(grace.rounded) of the end of its input, sending SIGTERM")
        carryOut(action)
        escalate(after: options.killGrace)
    }

    func exited(_ exit: ChildProcess.Exit) {
        let lived = Instant.current - startedAt
        let wasTold = reason != nil
        let unacknowledged = inFlight.ended(
            unread: exit.unread, succeeded: exit.status == 0 || options.givesUpAfterFailure)
        let succeeded = wasTold || exit.status == 0 && unacknowledged.hasReadEvent
        if unacknowledged.hasReadEvent { crashLoopEnded() }
        note(exit, lived: lived, hasReadEvent: unacknowledged.hasReadEvent)
        acknowledge(unacknowledged.acknowledged)
        children.journal.childEnded(scope)
        process = nil
        results = []
        // Before the next child starts, which may call at once.
        children.onEnded(scope)
        let left = requeue(unacknowledged, blaming: !succeeded)
        if reason == .stop, left { abandon(because: "the gateway stops") }
        ended(succeeded: succeeded, lived: lived)
    }

    private func note(_ exit: ChildProcess.Exit, lived: Duration, hasReadEvent: Bool) {
        let how = "after \(lived.rounded), \(exit.words)"
        if !hasReadEvent, reason == nil {
            diedAtStart("child ended \(how), without having read its event")
        } else if exit.status != 0, options.replays != nil || reason == nil {
            problem("child ended \(how)\(outlook)")
        } else {
            log(.info, "child ended \(how)\(reason.map { " (\($0.rawValue))" } ?? "")")
        }
    }

    /// It ended before it read anything, or could not be started at all.
    func diedAtStart(_ how: String) {
        guard !options.givesUp else { return problem(how + outlook) }
        children.problems += 1
        switch children.crashLoop.childDied() {
        case .one: log(.warning, how)
        case .goesOn: log(.debug, how)
        case .begins:
            let words = lastWords.isEmpty ? "" : "; its last words: " + lastWords.joined(separator: " | ")
            log(
                .error,
                "the bot dies at its start, whatever the chat: \(how)\(words). It is tried again, and nothing "
                    + "more is said until one reads its event; events wait")
        }
    }

    /// What it said last, and what comes now, for somebody who sits before it.
    private var outlook: String {
        guard options.givesUpAfterFailure else { return "" }
        let words = lastWords.isEmpty ? "" : "; its last words: \(lastWords.joined(separator: " | "))"
        return words + "; the next message starts it anew"
    }

    /// A child has read an event.
    func crashLoopEnded() {
        if children.crashLoop.childReadEvent() { children.log.notice("children read their events again") }
    }

    /// Puts back what the child didn't deal with, but for an event that has killed enough of them.
    ///
    /// - Returns: whether anything was put back.
    private func requeue(_ unacknowledged: InFlight.Unacknowledged, blaming: Bool) -> Bool {
        var events = unacknowledged.events
        if blaming, unacknowledged.wasAtWork, !options.givesUp {
            events[0].deaths += 1
            if events[0].deaths >= options.maxDeliveries { deadLetter(events.removeFirst()) }
        }
        for event in events where event.isRedelivered { children.journal.requeue(event) }
        queue.putBack(events)
        return !events.isEmpty
    }

    private func deadLetter(_ event: IncomingEvent) {
        let reason = "\(event.deaths) children died on it"
        children.journal.deadLetter(event, because: reason)
        countAcknowledged(1)
        log(.error, "update \(event.updateID) is set aside as a dead letter: \(reason)")
    }

    func ended(succeeded: Bool, lived: Duration) {
        clearTimer()
        let action = lifecycle.ended(.init(succeeded: succeeded, lived: lived, eventsWait: !queue.isEmpty))
        if !succeeded, options.givesUp {
            abandon(because: "its child failed")
        } else if children.isFinishing, lifecycle.state == .cooling || children.isWindingDown {
            abandon(because: "the gateway stops")
        } else {
            carryOut(action)
        }
    }

    /// Every child is to end soon: ends this one if nothing is left for it.
    func finish() {
        if lifecycle.state == .cooling { abandon(because: "the gateway stops") }
        advance()
    }

    /// A new version of the program is there: this child goes between two events.
    func reload() {
        guard lifecycle.state == .running, inFlight.mode != .single else { return }
        isOutdated = true
        advance()
    }

    /// It had its time to come to the end of what it has in hand.
    func hurryReload() {
        if isOutdated, lifecycle.state == .running { close(.reload) }
    }

    /// The time for a stop runs: a child that has stopped reading is told to go with its event in hand.
    func hurry() {
        if !isAlive, children.isWindingDown { abandon(because: "the gateway stops") }
        advance()
        if !inFlight.isReady, lastActive + options.stopGrace <= .current { close(.stop) }
    }

    /// Time is up.
    func kill() {
        abandon(because: "the gateway stops")
        process?.signal(SIGKILL)
    }

    /// Gives up what waits. The journal, if there is one, keeps it for the next start.
    private func abandon(because why: String) {
        isWaitingForCommit = false
        let count = queue.count
        queue = EventQueue()
        children.journal.dropPagedOut(of: scope)
        if !children.journal.isDurable, count > 0 {
            problem("\(count == 1 ? "1 event is" : "\(count) events are") not delivered: \(why)")
        }
        if !isAlive { lifecycle.abandoned() }
    }
}
