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
        sayGoodbye()
        climb(after: options.stopGrace)
    }

    /// The last line and the end of its stdin, once it took what it has in hand: of a closed pipe nobody
    /// can tell whether it was read, and an event that wasn't is for the next child.
    func sayGoodbye() {
        guard lifecycle.state == .closing(signals: 0), !delivery.hasEventInHand else { return }
        process?.write(delivery.write(GatewayLines.disconnect(reason ?? .stop)))
        process?.endInput()
    }

    /// The next rung for a child that doesn't end: SIGTERM, then SIGKILL.
    func climb(after grace: Duration) {
        setTimer(grace) { [unowned self] in
            let action = lifecycle.graceEnded()
            guard action == .terminate else {
                problem("child did not end within \(grace.rounded) of SIGTERM, sending SIGKILL")
                return carryOut(action)
            }
            problem("child did not end within \(grace.rounded) of the end of its input, sending SIGTERM")
            carryOut(action)
            climb(after: options.killGrace)
        }
    }

    func exited(_ exit: ChildProcess.Exit) {
        let (untaken, hasTakenEvent) = delivery.ended(untaken: exit.untaken)
        queue.putBack(untaken)
        let lived = Instant.current - startedAt
        let how = "after \(lived.rounded), \(exit.words)"
        let wasTold = reason != nil
        if exit.status != 0, options.replays != nil || !wasTold {
            problem("child ended \(how)")
        } else if !hasTakenEvent, !wasTold {
            problem("child ended \(how), without having read its event")
        } else {
            log(.info, "child ended \(how)\(reason.map { " (\($0.rawValue))" } ?? "")")
        }
        process = nil
        results = []
        if reason == .stop, !untaken.isEmpty { abandon(because: "the gateway stops") }
        ended(succeeded: wasTold || exit.status == 0 && hasTakenEvent, lived: lived)
    }

    func ended(succeeded: Bool, lived: Duration) {
        clearTimer()
        let action = lifecycle.ended(.init(succeeded: succeeded, lived: lived, eventsWait: !queue.isEmpty))
        if !succeeded, options.replays != nil {
            abandon(because: "its child failed")
        } else if lifecycle.state == .cooling, children.isFinishing {
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

    /// The time for a stop runs: a child that has stopped reading is told to go with its event in hand.
    func hurry() {
        advance()
        if !delivery.isReady, lastActive + options.stopGrace <= .current { close(.stop) }
    }

    /// Time is up.
    func kill() {
        abandon(because: "the gateway stops")
        process?.signal(SIGKILL)
    }

    private func abandon(because why: String) {
        let count = queue.count
        queue.removeAll(children.spool)
        if count > 0 { problem("\(count) events are not delivered: \(why)") }
        if !isAlive { lifecycle.abandoned() }
    }
}
