import Reactor

/// When events are dealt with: the journal lets go of them.
extension ChildSession {
    /// These events are dealt with, and everything that their child wrote before that is with the journal.
    func acknowledge(_ events: [IncomingEvent]) {
        guard !events.isEmpty else { return }
        for event in events { children.journal.acknowledge(event) }
        countAcknowledged(events.count)
    }

    /// So many are dealt with, and the journal doesn't know it before its next commit.
    func countAcknowledged(_ count: Int) {
        let commits = children.journal.commits
        acknowledged = (acknowledged.commits == commits ? acknowledged.count + count : count, commits)
    }

    /// What the child has written by now belongs to the event that is dealt with now.
    func readWritten() {
        // In a replay that is read when the child is back, and a moment after it took the next event would be late.
        guard options.replays == nil else { return }
        process?.readWrittenOutput()
        if let plain { flush(plain) }
    }

    /// The child took an event: it is watched for living on, or for saying that it is done.
    func watchCurrent() {
        guard let event = inFlight.current, event.key != watchedKey else { return }
        watchedKey = event.key
        switch options.acknowledgement {
        case .auto(let timeout): children.ackTimer.watch(self, generation, event, after: timeout)
        case .event: children.ackTimer.watch(self, generation, event, after: ChildOptions.acknowledgementDue)
        case .exit: break
        }
    }

    /// For so long its child has lived on after it took this event.
    func ackTimedOut(_ watch: AckTimer.Watch) {
        guard isOpen(watch) else { return }
        guard case .event = options.acknowledgement else {
            readWritten()
            listenForSilence()
            return acknowledge(inFlight.ackTimedOut(after: watch.key))
        }
        let line = "{\"type\":\"telegram.ack\",\"update_id\":\(watch.updateID)}"
        log(
            .warning,
            "has not acknowledged its event for \(ChildOptions.acknowledgementDue.rounded): with "
                + "--ack event the next one comes after \(line)"
                + (stdoutBuffering.isBroken ? "" : "; it has written nothing at all: is its stdout buffered?")
        )
    }

    func acknowledge(_ updateID: Int64) {
        guard case .acknowledged = inFlight.mode else {
            return log(.debug, "acknowledged, which changes nothing without --ack event")
        }
        guard let events = inFlight.acknowledge(updateID) else {
            return log(.warning, "acknowledged update \(updateID), which it doesn't have in hand")
        }
        acknowledge(events)
        if !owesAcknowledgement { stopTyping() }
        watchCurrent()
        advance()
    }

    /// No more events than can be told apart after a kill were given since the journal was last committed.
    var isWithinRedeliveryWindow: Bool {
        let journal = children.journal
        return !journal.isDurable || acknowledged.commits != journal.commits
            || acknowledged.count < ChildOptions.acknowledgedLimit
    }

    /// The next event, or child, comes after the journal's next commit.
    func waitForCommit() {
        guard !isWaitingForCommit else { return }
        isWaitingForCommit = true
        children.waitForCommit(self)
    }

    /// What `ackTimedOut` would have to say of that event is still open.
    func isOpen(_ watch: AckTimer.Watch) -> Bool {
        watch.generation == generation && inFlight.current?.key == watch.key
    }
}
