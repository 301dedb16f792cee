import ArgumentParser
import BotAPI
import BotGateway
import Doctor
import Glibc
import Logging
import Reactor
import TelegramSimulator

struct DoctorCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find what is wrong with a bot or its surroundings, and what to change.",
        usage: "pipegram doctor [<options>] [--] [<program> [<argument> ...]]",
        discussion: """
            Looks at the machine, asks Telegram about the bot where there is a token, starts the program and talks \
            with it for a second or two: what it does beside its calls, it does; its calls go to a Telegram in \
            memory. Without a program it looks at the surroundings alone. Ends with 0 if all is well, with 1 if not; \
            what is only worth knowing changes nothing.

            Asking for updates confirms none. It interrupts another program that asks for the same bot's, once, \
            unless that is a pipegram on this machine; --no-poll leaves it out.

            Example:  pipegram doctor -- ./bot.py
            """)

    @Flag(help: "Don't ask Telegram for updates, which another program that asks for them would notice.")
    var noPoll = false

    @Option(help: .duration("How long the bot may take for one thing, such as to read an event or to end."))
    var patience = DurationValue.seconds(5)

    @Option(help: ArgumentHelp("As of 'run': 'exit' gives each child one event.", valueName: "rule"))
    var ack = DeliveryFlags.Acknowledgement.auto

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var tokenFlags: TokenFlags
    @OptionGroup(title: "Children") var examined: ProbeFlags
    @OptionGroup(title: "State") var stateFlags: StateFlags

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The bot: a program and its arguments.", valueName: "program"))
    var words: [String] = []

    var command: [String] { words.first == "--" ? Array(words.dropFirst()) : words }

    func validate() throws {
        // All that isn't an option of this command is taken for the program.
        if let first = words.first, ["--help", "-h"].contains(first) { throw CleanExit.helpRequest(self) }
        if let patience = patience.duration, patience < .milliseconds(100) {
            throw ValidationError("--patience is 100ms or more: nobody can be quicker than that.")
        }
        if let first = words.first, first != "--", first.hasPrefix("-") {
            throw ValidationError(
                "Unknown option '\(first)' here. Options stand first; a program of that name goes after '--'."
            )
        }
    }

    @MainActor func start() throws -> ExitCode {
        try DoctorRunner(self).run()
    }
}

/// What `run` has too and matters here.
struct ProbeFlags: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("How many children may live at the same time.", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("How long a line of a child may be.", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue(bytes: 1 << 20)

    @Flag(help: "The bot speaks plain text.")
    var plain = false
}

/// The parts of `doctor`, put together.
@MainActor private final class DoctorRunner {
    private let command: DoctorCommand
    private let loop: EventLoop
    private let report = DoctorReport()
    private let descriptors: (original: UInt64, limit: UInt64)
    private var token: BotToken?
    private var open = 0
    private var stoppedBy: Int32?
    private var signals: Signals?
    private var doctor: Examination?
    private var check: TelegramCheck?

    init(_ command: DoctorCommand) throws {
        self.command = command
        loop = try EventLoop()
        descriptors = DescriptorLimit.raise()
    }

    func run() throws -> ExitCode {
        // What it started dies with it: each child is told to when its parent does.
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] signal in
            stoppedBy = signal
            loop.stop()
        }
        examineToken()
        examineMachine()
        examineProgram()
        if open > 0 { loop.run() }
        if let stoppedBy { return .signal(stoppedBy) }
        try report.printAll()
        return report.faults == 0 ? .success : .found
    }

    private func end() {
        open -= 1
        if open == 0 { loop.stop() }
    }

    private func examineToken() {
        let text: String
        let place: String
        do {
            (text, place) = try command.tokenFlags.find()
        } catch {
            let isMissing = command.tokenFlags.tokenFile == nil
            let reason = (error as? Failure)?.message ?? "\(error)"
            return report.add(
                isMissing
                    ? Diagnosis(
                        .hint, "token", "there is none, so that Telegram isn't asked; @BotFather gives one")
                    : Diagnosis(.fault, "token", reason))
        }
        do {
            token = try BotToken(text)
        } catch {
            report.add(SetupCheck.token(text, in: place))
        }
    }

    private func examineMachine() {
        let path = try? command.stateFlags.path(bot: token?.bot)
        let isRunning = path.flatMap(StateDirectory.holder) != nil
        report.add(SetupCheck.descriptors(descriptors.limit, for: command.examined.maxChildren))
        report.add(SetupCheck.state(at: path))
        guard let token else { return }
        let client = HTTPClient(on: loop, connections: 2, userAgent: "pipegram/\(Version.current)")
        let check = TelegramCheck(
            url: command.server.url, token: token, client: client, on: loop, variable: variable)
        self.check = check
        open += 1
        check.start(asksForUpdates: !command.noPoll && !isRunning) { [unowned self] found in
            found.forEach(report.add)
            end()
        }
    }

    private func examineProgram() {
        guard !command.command.isEmpty else { return }
        let file = ProgramFile(
            command.command, searchPath: variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
        file.diagnoses.forEach(report.add)
        guard var program = file.program else { return }
        program.descriptorLimit = descriptors.original
        var options = ProbeOptions()
        options.maxLine = command.examined.maxLine.bytes
        options.patience = command.patience.duration ?? .seconds(3600)
        options.isPlain = command.examined.plain
        options.isSingle = command.ack == .exit
        let environment = ChildEnvironment(
            gateway: environmentVariables(), isSecret: { [token] in token?.isIn($0) == true },
            bot: SimulatedTelegram.demoBot, version: Version.current)
        let doctor = Examination(
            program, script: file.script, environment: environment, options: options, number: Int64(getpid()),
            temporaryDirectory: spoolDirectory, on: loop)
        self.doctor = doctor
        open += 1
        doctor.start { [unowned self] found in
            found.forEach(report.add)
            end()
        }
    }
}
