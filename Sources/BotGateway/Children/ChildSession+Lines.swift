import Glibc
import JSON
import Reactor

/// What a child says, and what it is told of it.
extension ChildSession: ChildProcessObserver {
    func childWrote(_ line: LineSplitter.Line) {
        touch()
        heard()
        if let plain { return printed(line, plain) }
        switch line {
        case .tooLong(let start):
            reject(.tooLong(limit: options.maxLine), line: start, id: nil)
        case .whole(let bytes):
            do throws(OutgoingEvent.Rejection) {
                guard let event = try OutgoingEvent(bytes, in: scope) else { return }
                carryOut(event, bytes: bytes.count)
            } catch {
                reject(error.error, line: Array(bytes.prefix(1024)), id: error.id)
            }
        }
    }

    private func carryOut(_ event: OutgoingEvent, bytes: Int) {
        switch event {
        case .call(let call):
            perform(call, bytes: bytes)
        case .acknowledge(let updateID):
            acknowledge(updateID)
        case .state(let value):
            // Not `? nil : value`, for there `nil` is the JSON literal `null`.
            children.journal.setState(value.isNull ? Optional.none : value, of: scope)
        case .keepAlive(let duration):
            keepAliveUntil = .current + duration
        }
    }

    func perform(_ call: Call, bytes: Int) {
        log(.debug, "call \(call.method)")
        if !owesAcknowledgement { stopTyping() }
        openCalls += 1
        openBytes += bytes
        if !hasRoomForCalls { process?.pauseOutput() }
        let caller = generation
        children.perform(call, scope) { [self] result in
            openCalls -= 1
            openBytes -= bytes
            touch()
            if let id = call.id, caller == generation { answer(result, id: id) }
            callEnded()
        }
    }

    private func answer(_ result: CallResult, id: JSON) {
        guard process != nil else { return }
        results += GatewayLines.result(result, id: id)
        if !hasRoomForCalls { process?.pauseOutput() }
    }

    private func reject(_ error: OutgoingEventError, line: [UInt8], id: JSON?) {
        let start = String(decoding: line, as: UTF8.self).prefix(200)
        problem("line dropped: \(error): \(start)")
        guard let id else { return }
        answer(.failure(.badRequest(error.description)), id: id)
        advance()
    }

    func childWroteStderr(_ line: LineSplitter.Line) {
        let text =
            switch line {
            case .whole(let bytes): String(decoding: bytes, as: UTF8.self)
            case .tooLong(let start): String(decoding: start, as: UTF8.self) + "…"
            }
        lastWords = lastWords.suffix(4) + [String(text.prefix(200))]
        if let onStderr = children.onStderr { return onStderr(scope, text) }
        log(children.crashLoop.isKnown ? .debug : .notice, "stderr: \(text)")
    }

    func childReadAll() {
        touch()
        // It is back for more: what it wrote before that belongs to the event that is dealt with now.
        if inFlight.mode == .oneByOne, inFlight.count > 1 { readWritten() }
        let (events, isProbeDue) = inFlight.readAll()
        acknowledge(events)
        watchCurrent()
        if inFlight.hasReadEvent { crashLoopEnded() }
        guard lifecycle.state == .running else { return sendDisconnect() }
        if isProbeDue {
            process?.write(inFlight.probe())
        } else {
            if options.replays != nil, plain == nil { childIsBack() }
            advance()
        }
    }

    /// In a replay: whatever it called before it came back is answered before it is given more.
    private func childIsBack() {
        noteEventTime()
        process?.readOutputDry()
    }

    func childClosedPipe() {
        // It can hear or say nothing more; what it still does, it may finish. Most often it has just ended.
        close(nil)
    }

    func childExited(_ exit: ChildProcess.Exit) {
        stopTyping()
        if let plain { ended(plain) }
        children.childEnded()
        exited(exit)
        children.tidy(self)
    }
}

extension ChildProcess.Exit {
    /// For a log: `status 1`, `killed by SIGSEGV`.
    var words: String {
        guard status > 128 else { return "status \(status)" }
        let number = status - 128
        return "killed by " + (Self.signals[number] ?? "signal \(number)")
    }

    private static let signals: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
        SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
        SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
}
