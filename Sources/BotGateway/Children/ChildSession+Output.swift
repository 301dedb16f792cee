import JSON
import Reactor

/// Handles the child's output and its end.
extension ChildSession: ChildProcessObserver {
    func childWrote(_ line: LineSplitter.Line) {
        guard lifecycle.state != .revoked else { return }
        heard()
        touch()
        observe(line)
        dialect.read(line, for: self)
    }

    func childWrotePart() {
        guard lifecycle.state != .revoked else { return }
        heard()
        touch()
        dialect.readPart(for: self)
    }

    func childWroteStderr(_ line: LineSplitter.Line) {
        let text =
            switch line {
            case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
            case .tooLong(let start): String(decoding: start, as: UTF8.self) + "…"
            }
        child.wroteStderr(text)
        if let handle = context.handlers.stderr { return handle(scope, text) }
        log(context.health.crashLoop.isKnown ? .debug : .notice, "stderr: \(text)")
    }

    func childReadAll() {
        guard lifecycle.state != .revoked else { return }
        touch()
        // The child has taken its next event. Its output so far belongs to the event that this acknowledges.
        if inFlight.mode == .oneByOne, inFlight.count > 1 { readWritten() }
        child.read(inFlight.newest)
        let (events, isProbeDue) = inFlight.readAll()
        acknowledge(events)
        watchCurrent()
        if inFlight.hasReadEvent { crashLoopEnded() }
        guard lifecycle.state == .running else { return sendDisconnect() }
        if isProbeDue {
            child.process?.write(inFlight.probe())
        } else {
            if inFlight.mode.isLockstep { childCameBack() }
            advance()
        }
    }

    /// In lockstep, reads the calls that the child wrote before it came back, so that they are answered before its next
    /// event.
    private func childCameBack() {
        if inFlight.given == 1 { activity.cameBack() }
        child.process?.readOutputDry()
    }

    func childClosedPipe() {
        guard lifecycle.state != .revoked else { return }
        // The child can no longer read or write, but it may finish its work. Usually it has just exited.
        close(nil)
    }

    func childExited(_ exit: ChildProcess.Exit) {
        guard lifecycle.state != .revoked else {
            context.supervisor?.revokedChildEnded(self)
            return
        }
        stopTyping()
        dialect.childEnded(for: self)
        context.supervisor?.childEnded()
        exited(exit)
        context.supervisor?.tidy(self)
    }
}

extension ChildSession: DialectHost {
    var loop: EventLoop { context.loop }
    var maxLine: Int { context.policy.maxLine }
    var hasReadAll: Bool { inFlight.isReady }
    var isReadingInput: Bool? { child.process?.isReadingInput }

    func nextEvent() -> IncomingEvent? { try? queue.first(context.journal, scope: scope) }

    func skipNextEvent() {
        guard let event = try? queue.popFirst(context.journal, scope: scope) else { return }
        skip(event)
    }

    /// Acknowledges an event that no child gets.
    func skip(_ event: IncomingEvent) {
        context.metrics?.skipped(event)
        acknowledge([event])
    }

    func readOutputDry() { child.process?.readOutputDry() }

    var partOfLine: [UInt8] { child.process?.partOfLine ?? [] }

    func takePartOfLine() -> [UInt8] {
        let part = child.process?.takePartOfLine() ?? []
        if !part.isEmpty { part.withUnsafeBytes { observe(.whole($0)) } }
        return part
    }

    func fileNotSent() {
        guard context.health.noteUnsentFile() else { return }
        warn(
            "a printed file:// line is sent as text: only files below --upload-root DIR are sent with --plain"
        )
    }

    func carryOut(_ event: OutgoingEvent, bytes: Int) {
        guard lifecycle.state != .revoked else { return }
        context.health.wroteValidLine()
        switch event {
        case .call(let call): perform(call, bytes: bytes)
        case .acknowledge(let updateID, let isAlone): acknowledge(updateID, isAlone: isAlone)
        case .state(let value): context.journal.setState(value.isNull ? nil : value, of: scope)
        case .keepAlive(let duration): activity.keepAlive(until: .current + duration)
        case .wake(let at, let value): schedule(at, value)
        case .forgetWakes: context.journal.forgetWakes(of: scope)
        }
    }

    private func schedule(_ at: Int64, _ value: JSON?) {
        context.journal.schedule(Wake(at: at, value: value, for: scope, during: inFlight.last))
        context.supervisor?.scheduled(at: at)
    }

    func perform(_ call: Call, bytes: Int) {
        log(.debug, "call \(call.method)")
        if !owesAcknowledgement { stopTyping() }
        if let metrics = context.metrics, let time = activity.called() { metrics.called(after: time) }
        calls.opened(bytes: bytes)
        if !calls.hasRoom { child.process?.pauseOutput() }
        let caller = child.generation
        context.handlers.perform(call, scope) { [self] result in
            calls.answered(bytes: bytes)
            touch()
            if let id = call.id, caller == child.generation { answer(result, id: id) }
            callEnded()
        }
    }

    func perform(_ call: Call, then done: @escaping (CallResult) -> Void) {
        let caller = child.generation
        context.handlers.perform(call, scope) { [self] result in
            if caller == child.generation { done(result) }
        }
    }

    private func answer(_ result: CallResult, id: JSON) {
        guard let process = child.process else { return }
        calls.addResult(result, id: id)
        if !calls.hasRoom { process.pauseOutput() }
    }

    private func callEnded() {
        advance()
        resumeIfRoom()
        context.supervisor?.tidy(self)
    }

    func resumeIfRoom() {
        guard calls.hasAmpleRoom else { return }
        child.process?.resumeOutput()
        resumeStart()
    }

    func reject(_ error: OutgoingEventError, line: [UInt8], id: JSON?) {
        complain("line dropped: \(error): \(String(decoding: line, as: UTF8.self).prefix(200))")
        if error.isText(line), context.health.notePrintedText() { context.handlers.printedText() }
        guard let id else { return }
        answer(.failure(.badRequest(error.description)), id: id)
        advance()
    }
}
