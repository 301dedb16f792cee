import BotAPI
import BotGateway
import Glibc
import JSON
import Reactor

/// What the child does and says.
extension Probe: ChildProcessObserver {
    func childReadAll() {}
    func childClosedPipe() {}

    func childWroteStderr(_ line: LineSplitter.Line) {
        idleDetector.moved(at: .current)
        complaint.append(Self.text(of: line))
        if complaint.count > 60 { complaint.removeFirst(20) }
    }

    func childWrote(_ line: LineSplitter.Line) {
        idleDetector.moved(at: .current)
        count()
        guard record.lines <= Self.mostLines else { return stopFlood() }
        guard !options.isPlain else { return }
        switch line {
        case .tooLong:
            reject(.tooLong(limit: options.maxLine), line)
        case .whole(let bytes):
            guard let scope = inHand?.event.scope else { return }
            do throws(OutgoingEvent.Rejection) {
                switch try OutgoingEvent(bytes, in: scope) {
                case .call(let call): perform(call, in: scope)
                case .state(let value):
                    state = value.isNull ? Optional.none : value
                    if record.linesAtEnd > 0 { record.statesAtEnd += 1 }
                case .acknowledge, .keepAlive, nil: break
                }
            } catch {
                reject(error.error, line)
            }
        }
    }

    private func count() {
        if !isEnding {
            record.linesBeforeEnd += 1
        } else if !record.ignoresEnd, !hasRested {
            record.linesAtEnd += 1
        } else {
            record.linesLater += 1
        }
    }

    private func reject(_ error: OutgoingEventError, _ line: LineSplitter.Line) {
        guard record.badLines.count < ProbeRecord.signs else { return }
        record.badLines.append(.init(error: error, text: Self.text(of: line), step: inHand))
    }

    private func perform(_ call: Call, in scope: Scope) {
        record.calls += 1
        if !call.isDownload, !Methods.names.contains(call.method),
            record.unknown.count < ProbeRecord.signs
        {
            record.unknown.append(call)
        }
        let child = process
        telegram.perform(call, for: scope) { [weak self] result in
            if case .failure(let error) = result { self?.note(error, of: call) }
            guard let self, let id = call.id, self.process === child else { return }
            self.write(GatewayLines.result(result, id: id))
        }
    }

    private func note(_ error: BotAPIError, of call: Call) {
        guard record.refusals.count < ProbeRecord.signs else { return }
        record.refusals.append(.init(call: call, error: error))
    }

    private func stopFlood() {
        guard record.stall == nil, let inHand else { return }
        record.stall = (.flood, inHand)
        process?.signal(SIGKILL)
    }

    private static func text(of line: LineSplitter.Line) -> String {
        switch line {
        case .whole(let bytes): String(decoding: bytes.prefix(400), as: UTF8.self)
        case .tooLong(let start): String(decoding: start.prefix(400), as: UTF8.self)
        }
    }

    func childExited(_ exit: ChildProcess.Exit) {
        timer?.cancel()
        process = nil
        if let scope = inHand?.event.scope { telegram.childEnded(scope) }
        note(exit)
        lookForLeftovers { [self] in
            let isOver = isEnding && !options.isSingle || record.stall != nil || isHopeless
            if isOver || next >= scenario.steps.count { done() } else { goOn() }
        }
    }

    private func note(_ exit: ChildProcess.Exit) {
        guard record.stall == nil, !record.ignoresEnd else { return }
        if exit.status != 0 {
            record.deaths.append(
                .init(
                    status: exit.status, step: isEnding && !options.isSingle ? nil : inHand,
                    isAtStart: exit.unread >= written, isFirst: record.eventsGiven == 1, complaint: complaint
                ))
        } else if exit.unread >= written {
            record.endsUnread = true
        } else if !isEnding {
            record.endings += 1
        }
    }

    /// Another child would die in the same way.
    private var isHopeless: Bool {
        record.endsUnread || record.deaths.last?.isAtStart == true || record.deaths.count >= Self.mostDeaths
    }
}
