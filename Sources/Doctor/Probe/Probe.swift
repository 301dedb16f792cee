import BotAPI
import BotGateway
import Glibc
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

/// Runs a scenario against a bot as a gateway would, and records its behaviour.
///
/// Each event is followed by watching the child until it is idle. A child that exits is replaced by another.
final class Probe {
    private(set) var record = ProbeRecord()
    private let command: CommandTemplate
    private let environment: ChildEnvironment
    private let options: ProbeOptions
    private let telegram: CallPrinter
    private let loop: EventLoop
    private let monitor: ActivityMonitor
    private var progress: ScenarioProgress
    private var child: ProbedChild?
    /// The last `telegram.state`, given to the next child.
    private var state: JSON?
    private var done: () -> Void = {}

    private static let quiet: Duration = .milliseconds(60)
    /// Buffered output comes within this time of the end of stdin; output that the bot still works on hardly does.
    private static let quietAtEnd: Duration = .milliseconds(200)
    /// Extra time, beyond three times the patience, for a bot that waits for a CPU.
    private static let leniency: Duration = .seconds(10)
    private static let moreTime: Duration = .milliseconds(250)
    private static let maxCrashes = 4
    private static let maxLines = 2000

    init(
        _ scenario: Scenario, with command: CommandTemplate, environment: ChildEnvironment,
        options: ProbeOptions, answeredBy telegram: CallPrinter, on loop: EventLoop
    ) {
        (self.command, self.environment) = (command, environment)
        (self.options, self.telegram, self.loop) = (options, telegram, loop)
        progress = ScenarioProgress(scenario)
        monitor = ActivityMonitor(on: loop)
        monitor.onPoll = { [weak self] in self?.poll() }
    }

    /// - Parameter done: called once, from the loop, when the last child and its orphans are gone.
    func start(then done: @escaping () -> Void) {
        self.done = done
        advance()
    }

    // MARK: the scenario

    private func advance() {
        guard let step = progress.advance() else { return endInputInTime() }
        guard child == nil else { return give(step) }
        do throws(SystemError) {
            try startChild(with: step)
        } catch {
            record.startFailure = error.description
            return done()
        }
        guard !options.isPlain else { return give(step) }
        // The event follows when the child has processed the scope, so that a crash on the scope is known as such.
        monitor.watch(quiet: Self.quiet, timeout: options.patience)
    }

    private func startChild(with step: Scenario.Step) throws(SystemError) {
        let scopeLine = ScopeLine(openedBy: step.event)
        let process = try ChildProcess(
            command.program(for: scopeLine, in: environment), lineLimit: options.maxLine, on: loop,
            observer: self)
        process.sparesItsGroup = true
        child = ProbedChild(process)
        if !options.isPlain {
            write(scopeLine.bytes(bot: SimulatedTelegram.demoBot, state: state))
        }
    }

    private func give(_ step: Scenario.Step) {
        record.eventsGiven += 1
        child?.gaveEvent()
        telegram.eventGiven(step.event.line, to: step.event.scope)
        write(options.isPlain ? PlainTextMessage(step.event)?.lines(path: nil) ?? [] : step.event.line)
        if options.isSingleEvent { return endInput() }
        monitor.watch(quiet: Self.quiet, timeout: options.patience)
    }

    private func write(_ bytes: [UInt8]) {
        child?.write(bytes)
        monitor.childWasGiven()
    }

    private func poll() {
        guard let child else { return }
        let state = monitor.observe(child.process)
        if child.isInputEnded {
            if state == .quiet { self.child?.becameQuiet() }
            return killIfOverdue(child.process)
        }
        switch state {
        case .reading, .quiet:
            if !child.hasEvent, let step = progress.current { return give(step) }
            record.wasIdle = true
            wentIdle()
        case .working where monitor.isOverdue:
            giveUp(child)
        case .working:
            monitor.pollSoon()
        }
    }

    /// With --ack event, an idle bot may await something until it acknowledges the event. A missing acknowledgement
    /// costs the patience only once.
    private func wentIdle() {
        guard options.awaitsAcknowledgement, record.lines.unacknowledged == nil,
            record.lines.heldUntilStop == nil
        else { return advance() }
        if progress.isAcknowledged {
            if progress.isStopGiven { record.lines.heldUntilStop = progress.current }
            return advance()
        }
        guard monitor.isOverdue else { return monitor.pollSoon() }
        if let stop = progress.takeStop() {
            write(stop.event.line)
            return monitor.watch(quiet: Self.quiet, timeout: options.patience)
        }
        record.lines.unacknowledged = progress.current
        advance()
    }

    /// Gives up, unless the bot may just be slow on a busy machine.
    private func giveUp(_ child: ProbedChild) {
        guard let step = progress.current else { return }
        let isBusy = child.process.unread == 0 && monitor.isBusy
        guard isBusy || monitor.isStuck || monitor.isOverdue(by: options.patience * 3 + Self.leniency) else {
            return monitor.pollSoon()
        }
        record.stall = (child.hasReadNothing ? .unread : isBusy ? .busy : .slow, step)
        child.process.signal(SIGKILL)
    }

    // MARK: shutdown

    /// Without output so far, waits a little before stdin ends: a slow bot must not look buffered.
    private func endInputInTime() {
        guard record.lines.count == 0, child != nil else { return endInput() }
        monitor.wait(Self.moreTime) { [weak self] in self?.endInput() }
    }

    private func endInput() {
        child?.endInput()
        monitor.watch(quiet: Self.quietAtEnd, timeout: options.patience)
    }

    private func killIfOverdue(_ process: ChildProcess) {
        guard monitor.isOverdue else { return monitor.pollSoon() }
        if !record.shutdown.ignoresEnd {
            record.shutdown.ignoresEnd = true
            record.shutdown.isBusy = monitor.isBusy
            process.signal(SIGTERM)
            monitor.extend(by: min(options.patience, .seconds(1)))
            monitor.pollSoon()
        } else {
            record.shutdown.ignoresSIGTERM = true
            process.signal(SIGKILL)
        }
    }

    /// Kills processes that outlived the child. In a probe the child's group isn't signalled, so they are the bot's
    /// fault.
    private func killOrphans(of session: pid_t, then next: @escaping () -> Void) {
        guard let scope = progress.current?.event.scope else { return next() }
        let mark = "PIPEGRAM_SCOPE=\(scope)"
        guard !ProcessTree.orphans(of: session, marked: mark).isEmpty else { return next() }
        // Gives them time to exit by themselves.
        loop.after(.milliseconds(150)) { [weak self] in
            let orphans = ProcessTree.orphans(of: session, marked: mark)
            self?.record.orphans += orphans
            for orphan in orphans { kill(orphan.pid, SIGKILL) }
            next()
        }
    }
}

/// The child's output and exit.
extension Probe: ChildProcessObserver {
    func childReadAll() {}
    func childClosedPipe() {}

    func childWroteStderr(_ line: LineSplitter.Line) {
        monitor.childWrote()
        record.lines.onStderr += 1
        child?.wroteStderr(Self.text(of: line))
    }

    func childWrote(_ line: LineSplitter.Line) {
        monitor.childWrote()
        countLine()
        guard record.lines.count <= Self.maxLines else { return stopFlood() }
        guard !options.isPlain else { return }
        switch line {
        case .tooLong:
            reject(.tooLong(limit: options.maxLine), line)
        case .whole(let bytes):
            guard let scope = progress.current?.event.scope else { return }
            do throws(OutgoingEvent.Rejection) {
                switch try OutgoingEvent(bytes, in: scope) {
                case .call(let call): send(call, in: scope)
                case .state(let value):
                    state = value.isNull ? nil : value
                    if record.lines.atEnd > 0 { record.lines.statesAtEnd += 1 }
                case .acknowledge(let updateID, _):
                    record.lines.hasAcknowledgement = true
                    progress.acknowledge(updateID)
                case .keepAlive, .wake, .forgetWakes, nil: break
                }
            } catch {
                reject(error.error, line)
            }
        }
    }

    private func countLine() {
        if child?.isInputEnded != true {
            record.lines.beforeEnd += 1
        } else if !record.shutdown.ignoresEnd, child?.wasQuietAtEnd != true {
            record.lines.atEnd += 1
        } else {
            record.lines.later += 1
        }
    }

    private func reject(_ error: OutgoingEventError, _ line: LineSplitter.Line) {
        record.add(ProbeRecord.BadLine(error: error, text: Self.text(of: line), step: progress.current))
    }

    private func send(_ call: Call, in scope: Scope) {
        record.add(call)
        let caller = child?.process
        telegram.perform(call, for: scope) { [weak self] result in
            guard let self else { return }
            if case .failure(let error) = result {
                record.add(ProbeRecord.Refusal(call: call, error: error))
            }
            guard let id = call.id, child?.process === caller else { return }
            write(GatewayLines.result(result, id: id))
        }
    }

    private func stopFlood() {
        guard record.stall == nil, let step = progress.current else { return }
        record.stall = (.flood, step)
        child?.process.signal(SIGKILL)
    }

    private static func text(of line: LineSplitter.Line) -> String {
        switch line {
        case .whole(let bytes): String(decoding: bytes.prefix(400), as: UTF8.self)
        case .tooLong(let start): String(decoding: start.prefix(400), as: UTF8.self)
        }
    }

    func childExited(_ exit: ChildProcess.Exit) {
        monitor.stop()
        guard let child else { return }
        self.child = nil
        if let scope = progress.current?.event.scope { telegram.childEnded(scope) }
        let isLast = child.isInputEnded && !options.isSingleEvent
        recordExit(exit, of: child, isLast: isLast)
        killOrphans(of: child.process.pid) { [self] in
            let isOver = isLast || record.stall != nil || isHopeless
            if isOver || progress.isAtEnd { done() } else { advance() }
        }
    }

    private func recordExit(_ exit: ChildProcess.Exit, of child: ProbedChild, isLast: Bool) {
        guard record.stall == nil, !record.shutdown.ignoresEnd else { return }
        let isAtStart = exit.unread >= child.written
        if exit.status != 0 {
            record.crashes.append(
                .init(
                    status: exit.status, step: isLast ? nil : progress.current, isAtStart: isAtStart,
                    isOnScope: !child.hasEvent, stderr: child.stderr))
        } else if isAtStart || !child.hasEvent {
            record.exitsUnread = true
        } else if !child.isInputEnded {
            record.earlyExits += 1
        }
    }

    /// Another child would fail in the same way.
    private var isHopeless: Bool {
        record.exitsUnread || record.crashes.last?.isAtStart == true
            || record.crashes.last?.isOnScope == true || record.crashes.count >= Self.maxCrashes
    }
}
