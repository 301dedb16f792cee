import ArgumentParser
import BotAPI
import BotGateway
import Doctor
import Glibc
import Reactor
import TelegramSimulator

/// Runs `doctor`: starts the checks, collects their diagnoses and prints the report.
@MainActor final class DoctorRunner {
    private let command: DoctorCommand
    private let loop: EventLoop
    private let report = DoctorReport()
    private let descriptors: (original: UInt64, limit: UInt64)
    private var token: BotToken?
    /// The number of checks still running.
    private var running = 0
    private var stoppedBy: Int32?
    private var signals: Signals?
    private var programCheck: ProgramCheck?
    private var telegramCheck: TelegramCheck?

    init(_ command: DoctorCommand) throws {
        self.command = command
        loop = try EventLoop.forCommand()
        descriptors = DescriptorLimit.raise()
    }

    func run() throws -> ExitCode {
        // Children need no cleanup: the kernel kills them when this process dies.
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] signal in
            stoppedBy = signal
            loop.stop()
        }
        checkToken()
        try checkMachine()
        checkProgram()
        if running > 0 { loop.run() }
        if let stoppedBy { return .signal(stoppedBy) }
        try report.printAll()
        return report.faultCount == 0 ? .success : .problemsFound
    }

    private func checkEnded() {
        running -= 1
        if running == 0 { loop.stop() }
    }

    private func checkToken() {
        let text: String
        let place: String
        do {
            (text, place) = try command.server.tokenFlags.find()
        } catch {
            let isMissing = command.server.tokenFlags.tokenFile == nil
            let reason = (error as? Failure)?.message ?? "\(error)"
            return report.add(
                isMissing
                    ? Diagnosis(
                        .hint, "token",
                        "none is configured, so the checks at Telegram are skipped; get one from @BotFather")
                    : Diagnosis(.fault, "token", reason))
        }
        do {
            token = try BotToken(text)
        } catch {
            report.add(SetupCheck.token(text, in: place))
        }
    }

    private func checkMachine() throws {
        let isRunning: Bool
        report.add(SetupCheck.descriptors(descriptors.limit, for: command.probeFlags.maxChildren))
        if let cluster = command.stateFlags.cluster {
            let (diagnosis, gateways) = SetupCheck.state(at: cluster, on: loop)
            isRunning = gateways > 0
            report.add(diagnosis)
        } else {
            let path = try? command.stateFlags.path(bot: token?.bot)
            isRunning = path.flatMap(StateDirectory.holder) != nil
            report.add(SetupCheck.state(at: path))
        }
        guard let token else { return }
        let client = HTTPClient(
            on: loop, connections: 2, userAgent: "pipegram/\(Version.current)",
            certificates: command.server.certificates)
        let check = TelegramCheck(
            url: try command.server.url, token: token, client: client, on: loop,
            variable: Environment.variable)
        telegramCheck = check
        running += 1
        check.start(asksForUpdates: !command.noPoll && !isRunning, gatewayRuns: isRunning) {
            [unowned self] found in
            found.forEach(report.add)
            checkEnded()
        }
    }

    private func checkProgram() {
        guard !command.command.isEmpty else { return }
        if let warning = ProgramArguments.optionWarning(command.commandLine) {
            report.add(Diagnosis(.hint, "options", warning))
        }
        if let remote = RemoteProgram(command.command) {
            remote.advice(isAuto: command.ack == .auto, isPlain: command.probeFlags.plain).forEach {
                report.add(Diagnosis(.hint, "remote", $0))
            }
        }
        let file = ProgramFile(
            command.command, searchPath: Environment.searchPath)
        file.diagnoses.forEach(report.add)
        guard var program = file.program else { return }
        program.descriptorLimit = descriptors.original
        var template: CommandTemplate
        do {
            template = try CommandTemplate(
                program, directory: command.probeFlags.workdir, scopes: command.probeFlags.scope)
        } catch {
            return report.add(Diagnosis(.fault, "placeholders", "\(error)"))
        }
        do throws(Box.Refusal) {
            template.box = try box(for: program)
        } catch {
            return report.add(Diagnosis(.fault, "box", "\(error)"))
        }
        var options = ProbeOptions()
        options.maxLine = command.probeFlags.maxLine.bytes
        options.patience = command.patience.duration ?? .seconds(3600)
        options.isPlain = command.probeFlags.plain
        options.plainCommandLine = ProgramArguments.plainCommandLine
        options.isSingleEvent = command.ack == .exit
        options.awaitsAcknowledgement = command.ack == .event
        options.scopes = command.probeFlags.scope
        options.window = command.probeFlags.window
        options.isBoxed = template.box != nil
        let environment = ChildEnvironment(
            gateway: Environment.all, isSecret: { [token] in token?.isIn($0) == true },
            bot: SimulatedTelegram.demoBot, version: Version.current)
        let check = ProgramCheck(
            template, script: file.script, environment: environment, options: options,
            number: Int64(getpid()),
            temporaryDirectory: Environment.spoolDirectory, on: loop)
        programCheck = check
        running += 1
        check.start { [unowned self] found in
            found.forEach(report.add)
            checkEnded()
        }
    }
}

extension DoctorRunner {
    /// The box of the program, which works; nil without `--box`.
    private func box(for program: Program) throws(Box.Refusal) -> Box? {
        let places = [
            ("the state directory", try? command.stateFlags.path(bot: nil)),
            ("the token file", command.server.tokenFlags.tokenFile),
        ]
        let setting = try BoxSetting(
            command.probeFlags.box, for: program, directory: command.probeFlags.workdir,
            hiding: places.compactMap { name, path in path.map { BoxContents.Secret($0, name) } })
        setting?.warnings.forEach { report.add(Diagnosis(.hint, "box", $0)) }
        try setting?.check(for: program)
        return setting?.box
    }
}

extension DoctorCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        try DoctorRunner(self).run()
    }
}
