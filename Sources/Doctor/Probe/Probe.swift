import BotGateway
import Glibc
import JSON
import Logging
import Offline
import Reactor
import TelegramSimulator

/// Talks with a bot as a gateway would, and writes down what it does.
///
/// One child after the other, should they end: it is given an event, then watched until it is done with it.
final class Probe {
    var record = ProbeRecord()
    private let program: Program
    private let environment: ChildEnvironment
    let scenario: Scenario
    let options: ProbeOptions
    let telegram: CallPrinter
    let loop: EventLoop
    var done: () -> Void = {}

    var process: ChildProcess?
    private var pid: pid_t = 0
    /// Which step comes next.
    var next = 0
    var inHand: Scenario.Step?
    var idleDetector = IdleDetector(quiet: .zero, at: .current)
    private var deadline = Instant.current
    var timer: Timer?
    private var pause = Duration.zero
    var isEnding = false
    /// It slept for a while after its stdin was ended.
    var hasRested = false
    /// It has said nothing yet, and was given some more time.
    private var hadMoreTime = false
    var written = 0
    var complaint: [String] = []
    var state: JSON?

    private static let firstLook: Duration = .milliseconds(2)
    private static let lastLook: Duration = .milliseconds(25)
    private static let quiet: Duration = .milliseconds(60)
    /// What a bot kept back comes before it has slept for so long when its stdin ends; what it waits for, hardly.
    private static let quietAtEnd: Duration = .milliseconds(200)
    /// So much longer, and three times its patience, a bot may want the processor and not get on.
    private static let leniency: Duration = .seconds(10)
    private static let moreTime: Duration = .milliseconds(250)
    static let mostDeaths = 4
    static let mostLines = 2000

    init(
        _ scenario: Scenario, with program: Program, environment: ChildEnvironment,
        options: ProbeOptions, answeredBy telegram: CallPrinter, on loop: EventLoop
    ) {
        (self.scenario, self.program, self.environment) = (scenario, program, environment)
        (self.options, self.telegram, self.loop) = (options, telegram, loop)
    }

    /// - Parameter done: called once, from the loop, when the last child and what it left are gone.
    func start(then done: @escaping () -> Void) {
        self.done = done
        goOn()
    }

    // MARK: the scenario

    func goOn() {
        guard next < scenario.steps.count else { return endInTime() }
        let step = scenario.steps[next]
        next += 1
        if process == nil {
            do throws(SystemError) {
                try begin(with: step)
            } catch {
                record.startFailure = error.description
                return done()
            }
        }
        give(step)
    }

    private func begin(with step: Scenario.Step) throws(SystemError) {
        var program = program
        let scopeLine = ScopeLine(openedBy: step.event)
        program.environment = environment.variables(for: scopeLine)
        let process = try ChildProcess(program, lineLimit: options.maxLine, on: loop, observer: self)
        process.sparesItsGroup = true
        (self.process, pid, written, complaint, isEnding) = (process, process.pid, 0, [], false)
        if !options.isPlain {
            write(scopeLine.bytes(bot: SimulatedTelegram.demoBot, state: state))
        }
    }

    private func give(_ step: Scenario.Step) {
        inHand = step
        record.eventsGiven += 1
        telegram.eventGiven(step.event.line, to: step.event.scope)
        write(options.isPlain ? PlainTextMessage(step.event)?.lines(path: nil) ?? [] : step.event.line)
        if options.isSingle { return end() }
        idleDetector = IdleDetector(quiet: Self.quiet, at: .current)
        deadline = .current + options.patience
        pause = Self.firstLook
        lookSoon()
    }

    func write(_ bytes: [UInt8]) {
        pause = Self.firstLook
        written += bytes.count
        process?.write(bytes)
        idleDetector.moved(at: .current)
    }

    /// Sooner at first: most are done at once, and to look costs something too.
    private func lookSoon() {
        timer?.cancel()
        timer = loop.after(pause) { [weak self] in self?.look() }
        pause = min(pause * 2, Self.lastLook)
    }

    private func look() {
        guard let process else { return }
        let readsItself = process.isReadingInput == true
        let threads = readsItself ? [] : ProcessTree.threads(of: pid)
        let reads = readsItself || threads.contains { process.isReadingInput(by: $0.id) == true }
        let settled = idleDetector.look(
            unread: process.unread, isRunning: threads.contains(where: \.isRunning), reads: reads,
            at: .current)
        if isEnding {
            if settled == .quiet { hasRested = true }
            return lookWhetherItEnds()
        }
        switch settled {
        case .reading, .quiet:
            record.wasIdle = true
            goOn()
        case .working where Instant.current < deadline:
            lookSoon()
        case .working:
            giveUp(process)
        }
    }

    /// One that starts, or works, on a machine that has much else to do, is given more time.
    private func giveUp(_ process: ChildProcess) {
        guard let inHand else { return }
        let isBusy = process.unread == 0 && idleDetector.isBusy
        guard isBusy || idleDetector.isStuck || .current >= deadline + options.patience * 3 + Self.leniency
        else {
            return lookSoon()
        }
        if process.unread == written {
            record.stall = (.unread, inHand)
        } else {
            record.stall = (isBusy ? .busy : .slow, inHand)
        }
        process.signal(SIGKILL)
    }

    // MARK: the end

    /// What was said by now decides whether its stdout is buffered: others may be slow.
    private func endInTime() {
        guard record.lines == 0, !hadMoreTime, process != nil else { return end() }
        hadMoreTime = true
        timer = loop.after(Self.moreTime) { [weak self] in self?.end() }
    }

    private func end() {
        isEnding = true
        hasRested = false
        process?.endInput()
        idleDetector = IdleDetector(quiet: Self.quietAtEnd, at: .current)
        deadline = .current + options.patience
        pause = Self.firstLook
        lookSoon()
    }

    private func lookWhetherItEnds() {
        guard Instant.current >= deadline else { return lookSoon() }
        if !record.ignoresEnd {
            record.ignoresEnd = true
            record.spinsAtEnd = idleDetector.isBusy
            process?.signal(SIGTERM)
            deadline = .current + min(options.patience, .seconds(1))
            lookSoon()
        } else {
            record.ignoresTermination = true
            process?.signal(SIGKILL)
        }
    }

    /// Its group wasn't told to go with it: what lives on was left behind.
    func lookForLeftovers(then go: @escaping () -> Void) {
        let mark = "PIPEGRAM_SCOPE=\(scenario.steps[0].event.scope)"
        let session = pid
        guard !ProcessTree.leftovers(of: session, marked: mark).isEmpty else { return go() }
        // What ends by itself has had the time for it.
        loop.after(.milliseconds(150)) { [weak self] in
            let left = ProcessTree.leftovers(of: session, marked: mark)
            self?.record.leftovers += left
            for each in left { kill(each.pid, SIGKILL) }
            go()
        }
    }
}
