import ArgumentParser
import BotGateway
import Glibc
import JSON
import Logging
import Reactor

extension ProgramArguments {
    /// Warns of options of the command that the program gets.
    @MainActor func warnOfOptions(_ log: Logger) {
        if let warning = optionWarning { log.warning("\(warning)") }
    }
}

/// The bot's program, looked up once, and the limits for its children.
@MainActor struct BotProgram {
    /// The program with its placeholders.
    let command: CommandTemplate
    /// About limits, and about files that children in boxes may miss.
    private let warnings: [String]
    /// The limit of open descriptors of this process.
    let descriptorLimit: UInt64

    /// What the gateway itself needs, and what a child needs.
    private static let (ownDescriptors, childDescriptors) = (64, 4)

    /// - Parameter secrets: files and directories that children in boxes must not see.
    init(
        _ arguments: ProgramArguments, _ flags: ChildFlags, hiding secrets: [BoxContents.Secret] = []
    ) throws {
        var program = try arguments.find()
        (program.descriptorLimit, descriptorLimit) = DescriptorLimit.raise()
        program.limits = try flags.limits
        program.hasNoNewPrivileges = true
        var warnings: [String] = []
        do {
            program.controlGroup = try Self.controlGroup(for: program.limits)
        } catch {
            warnings.append(
                "--limit counts for each process of a child alone: its cgroup can't be used: \(error)")
        }
        guard program.limits.processes == 0 || geteuid() != 0 || program.controlGroup?.limitsProcesses == true
        else {
            throw Failure(
                .validationFailure,
                "--limit processes has no effect on root's processes: run pipegram as another user, or with "
                    + "Delegate=pids in a systemd unit.")
        }
        do {
            var command = try CommandTemplate(program, directory: flags.workdir, scopes: flags.scope)
            let setting = try BoxSetting(
                flags.boxFlags.box, for: program, directory: flags.workdir, hiding: secrets)
            if !flags.boxFlags.printCommand { try setting?.check(for: program) }
            command.box = setting?.box
            self.warnings = warnings + (setting?.warnings ?? [])
            self.command = command
        } catch let error as CommandTemplate.Malformed {
            throw Failure(.validationFailure, "\(error)")
        } catch let error as Box.Refusal {
            throw Failure(.configuration, "\(error)")
        }
        let least = Self.ownDescriptors + Self.childDescriptors
        guard descriptorLimit >= least else {
            throw Failure(
                .configuration,
                "the limit of \(descriptorLimit) open files leaves no room for a child: it must be at least \(least). "
                    + "Raise it with ulimit -n \(least), in a systemd unit with LimitNOFILE=\(least)")
        }
    }

    /// The group for limits that count for all processes of a child together.
    private static func controlGroup(for limits: ProcessLimits) throws(SystemError) -> ControlGroup? {
        limits.memory > 0 || limits.processes > 0 ? try ControlGroup() : nil
    }

    /// Prints the command line that starts a child of some chat or user, for a shell.
    func printCommand(by scopes: ScopeChoice) throws -> ExitCode {
        let scope: Scope =
            switch scopes {
            case .user: .user(42)
            case .bot: .bot
            default: .chat(42)
            }
        let commands = command.commands(for: scope).map { $0.map(\.shellQuoted).joined(separator: " ") }
        try printOut(Array("\(commands.joined(separator: " && "))\n".utf8))
        return .success
    }

    /// - Parameter connections: how many connections the gateway accepts.
    func maxChildren(wanted: Int, besides connections: Int = 0) -> Int {
        let own = Self.ownDescriptors + connections
        return min(wanted, max(1, (Int(clamping: descriptorLimit) - own) / Self.childDescriptors))
    }

    /// - Parameters:
    ///   - bot: the bot's `User`.
    ///   - isSecret: whether to hide an environment variable from children.
    func children(
        of bot: JSON, policy: ChildPolicy, isSecret: @escaping (String) -> Bool = { _ in false },
        journal: any Journal, on loop: EventLoop, log: Logger
    ) -> Children {
        warnings.forEach { log.warning("\($0)") }
        let environment = ChildEnvironment(
            gateway: Environment.all, isSecret: isSecret, bot: bot, version: Version.current)
        let children = Children(
            command, environment: environment, bot: bot, policy: policy, journal: journal, on: loop,
            log: log)
        children.onPrintedText {
            log.notice(
                """
                the bot prints text instead of calls: write log messages to stderr. If it reads and prints plain text, \
                use: \(ProgramArguments.plainCommandLine)
                """)
        }
        return children
    }
}
