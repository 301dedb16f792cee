import Reactor

/// What a child is given, and when.
extension ChildSession {
    /// Writes the next thing, if the child is ready for it.
    func advance() {
        guard lifecycle.state == .running, let process else { return }
        if inFlight.isReady, !results.isEmpty {
            let lines = results
            results = []
            process.write(inFlight.write(lines))
            resumeIfRoom()
        } else if mayGiveEvent {
            giveEvents()
        } else if let reason = reasonToGo, inFlight.isReady, results.isEmpty, plain?.isAtWork != true,
            (openCalls == 0 && !owesAcknowledgement) || !hasRoomForCalls || children.isHurried
        {
            close(reason)
        }
        watchOver()
    }

    private var reasonToGo: DisconnectReason? {
        if isOutdated { return .reload }
        return children.isFinishing && (queue.isEmpty || children.isWindingDown) ? .stop : nil
    }

    private var mayGiveEvent: Bool {
        inFlight.wantsEvent && !queue.isEmpty && !isOutdated && !children.isWindingDown
            && (queue.count >= inFlight.blockSize || children.isFinishing)
            && (hasRoomForCalls || children.isHurried) && plain?.isAtWork != true
    }

    private func giveEvents() {
        while mayGiveEvent {
            guard isWithinRedeliveryWindow else { return waitForCommit() }
            if let plain, !prepareNext(plain) {
                // The last one was passed over: it may have held up the child's end.
                if queue.isEmpty { return advance() }
                if mayGiveEvent, !plain.isFetching { tryLater() }
                return
            }
            let events = takeEvents()
            guard !events.isEmpty else { return tryLater() }
            give(events)
        }
    }

    /// The journal can't be read now, and has said why.
    private func tryLater() {
        children.loop.after(.seconds(1)) { [weak self] in self?.advance() }
    }

    func takeEvents() -> [IncomingEvent] {
        var events: [IncomingEvent] = []
        while events.count < inFlight.blockSize,
            let event = try? queue.popFirst(children.journal, scope: scope)
        {
            events.append(event)
        }
        return events
    }

    /// The journal has caught up with what was dealt with.
    func committed() {
        isWaitingForCommit = false
        if lifecycle.state == .waiting { children.wantsChild(self) } else { advance() }
    }

    func give(_ events: [IncomingEvent], opening: [UInt8] = []) {
        guard let last = events.last else { return }
        lastEvent = (last.updateID, last.logLine)
        log(.debug, events.count == 1 ? "event given" : "\(events.count) events given")
        children.onGiven(last)
        stdoutBuffering.gave(events.count)
        lastGiven = .current
        touch()
        if let plain {
            process?.write(inFlight.write(events) { plain.lines(of: $0) })
            noteGiven(plain)
        } else {
            process?.write(inFlight.write(events, opening: opening))
        }
        if inFlight.mode == .single { process?.endInput() }
        startTyping()
        watchOver()
    }
}
