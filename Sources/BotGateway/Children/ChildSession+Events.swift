import Reactor

/// Gives events to the child, and acknowledges them.
extension ChildSession {
    /// Gives the child its next results or events, or ends it, if it is ready for that.
    func advance() {
        guard lifecycle.state == .running, let process = child.process else { return }
        switch NextStep(in: situation) {
        case .writeResults:
            let results = calls.takeResults()
            observe(given: results)
            process.write(inFlight.write(results))
            resumeIfRoom()
        case .giveEvents: giveEvents()
        case .close(let reason): close(reason)
        case .wait: break
        }
        watchOver()
    }

    private var situation: NextStep.Situation {
        NextStep.Situation(
            isReady: inFlight.isReady, wantsEvent: inFlight.wantsEvent, hasResults: calls.hasResults,
            waiting: queue.count, blockSize: inFlight.blockSize, owesAcknowledgement: owesAcknowledgement,
            openCalls: awaitedCalls, hasRoom: calls.hasRoom, isAwaitingReturn: dialect.isAwaitingReturn,
            isOutdated: stop.isOutdated, shutdown: context.shutdown, leavesEvents: context.leavesEvents)
    }

    /// The open calls that the child waits for: during a shutdown, not those that get no result in time.
    private var awaitedCalls: Int {
        guard calls.count > 0, context.shutdown != .none else { return calls.count }
        return context.handlers.mayAnswer(scope) ? calls.count : 0
    }

    private func giveEvents() {
        while situation.mayGiveEvents {
            guard context.journal.isCertain else { return tryLater() }
            guard redeliveryWindow.hasRoom(in: context.journal) else { return waitForCommit() }
            guard dialect.prepareNextEvent(for: self) else {
                // An event that was skipped may have delayed the child's end.
                if queue.isEmpty { return advance() }
                if situation.mayGiveEvents, !dialect.isFetching { tryLater() }
                return
            }
            let events = takeEvents()
            guard !events.isEmpty else { return tryLater() }
            give(events)
        }
    }

    /// Tries again in a second: the journal can't be read now, and has logged why, or it isn't certain.
    private func tryLater() {
        context.loop.after(.seconds(1)) { [weak self] in self?.advance() }
    }

    func takeEvents() -> [IncomingEvent] {
        var events: [IncomingEvent] = []
        while events.count < inFlight.blockSize,
            let event = try? queue.popFirst(context.journal, scope: scope)
        {
            events.append(event)
        }
        return events
    }

    func give(_ events: [IncomingEvent], opening: [UInt8] = []) {
        guard let last = events.last else { return }
        child.gave(events)
        log(.debug, about: last, "delivered \(events.count.counted("event"))")
        context.handlers.given(last)
        activity.gave(context.loop.now)
        for event in events { context.metrics?.gave(event, at: activity.lastGiven) }
        observe(given: opening)
        let bytes = inFlight.write(events, opening: opening) { event in
            let lines = dialect.lines(of: event)
            observe(given: lines)
            return lines
        }
        child.process?.write(bytes)
        dialect.eventsGiven(to: self)
        if inFlight.mode == .single { child.process?.endInput() }
        startTyping()
        watchOver()
    }

    /// Resumes after the journal's next commit.
    func waitForCommit() {
        if redeliveryWindow.waitForCommit() { context.supervisor?.waitForCommit(self) }
    }

    /// The journal has committed: the next event, or child, can follow.
    func committed() {
        redeliveryWindow.committed()
        if lifecycle.state == .waiting { context.supervisor?.wantsChild(self) } else { advance() }
    }

    // MARK: acknowledging

    /// Acknowledges events. The journal already has the calls that the child wrote before that.
    func acknowledge(_ events: [IncomingEvent]) {
        guard !events.isEmpty else { return }
        for event in events { context.journal.acknowledge(event) }
        redeliveryWindow.acknowledged(events.count, commit: context.journal.nextCommit)
    }

    /// Reads the child's output so far, which belongs to the event that is about to be acknowledged.
    func readWritten() {
        guard context.policy.readsOutputEarly else { return }
        child.process?.readWrittenOutput()
        dialect.flush(for: self)
    }

    /// Starts the ack timeout of the event that the child has read.
    func watchCurrent() {
        guard let event = inFlight.current, child.watches(event) else { return }
        switch context.policy.acknowledgement {
        case .auto(let timeout): context.ackTimer.watch(self, child.generation, event, after: timeout)
        case .event:
            context.ackTimer.watch(self, child.generation, event, after: ChildPolicy.acknowledgementDue)
        case .exit: break
        }
    }

    /// The ack timeout passed and the child is still running.
    ///
    /// - Parameter limit: until then, output that is being gathered isn't cut.
    func ackTimedOut(_ watch: AckTimer.Watch, until limit: Instant? = nil) {
        let limit = limit ?? .current + Self.longestAnswer
        guard isOpen(watch) else { return }
        guard case .event = context.policy.acknowledgement else {
            guard dialect.isQuiet || limit < .current else { return ackLater(watch, until: limit) }
            readWritten()
            checkBuffering()
            return acknowledge(inFlight.ackTimedOut(after: watch.key))
        }
        let due = ChildPolicy.acknowledgementDue.rounded
        log(.warning, "event not acknowledged for \(due). \(acknowledgementRemedy(inFlight.current))")
    }

    private static let longestAnswer: Duration = .seconds(60)

    private func ackLater(_ watch: AckTimer.Watch, until limit: Instant) {
        context.loop.after(.milliseconds(100)) { [weak self] in self?.ackTimedOut(watch, until: limit) }
    }

    /// Whether the event of that timeout is still in flight.
    func isOpen(_ watch: AckTimer.Watch) -> Bool {
        watch.generation == child.generation && inFlight.current?.key == watch.key
    }

    /// The child wrote `telegram.ack`.
    func acknowledge(_ updateID: Int64, isAlone: Bool) {
        guard case .acknowledged = inFlight.mode else {
            return log(.debug, "ignored telegram.ack: it needs --ack event")
        }
        guard let events = inFlight.acknowledge(updateID, isAlone: isAlone) else {
            return warn("ignored telegram.ack: update \(updateID) is not in flight")
        }
        acknowledge(events)
        if !owesAcknowledgement { stopTyping() }
        watchCurrent()
        advance()
    }
}
