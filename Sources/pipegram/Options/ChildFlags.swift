import ArgumentParser
import BotGateway
import Glibc
import Reactor

/// The options for children that `run`, `chat` and `replay` share.
struct ChildFlags: ParsableArguments, Sendable {
    static let scopeHelp = ArgumentHelp(
        "Run one child per chat, forum topic, sender (user), or bot", valueName: "scope")

    @Option(help: scopeHelp) var scope = ScopeChoice.chat

    @Option(help: .duration("Time for a child to exit after its stdin is closed"))
    var stopGrace = DurationValue.seconds(10)

    @Option(help: ArgumentHelp("Maximum number of running children", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("Maximum length of a line that a child writes", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue.defaultMaxLine

    @Flag(
        help: "Exchange plain text with the bot instead of JSON")
    var plain = false

    @Option(help: workdirHelp, completion: .directory)
    var workdir: String?

    static let workdirHelp = ArgumentHelp(
        "Working directory, such as data/{scope}", valueName: "directory")

    @OptionGroup(title: "Children") var boxFlags: BoxFlags

    @Option(help: .duration("Silence that ends a --plain message (default: 100ms)"))
    var plainQuiet: DurationValue?

    @Option(
        help: ArgumentHelp(
            "Message that interrupts a --plain program, such as /stop", valueName: "text"))
    var interrupt: String?

    @Flag(help: "Show a --plain program's output in a growing draft")
    var stream = false

    @Flag(help: "Send a --plain program's output as Markdown")
    var markdown = false

    @Option(
        help: ArgumentHelp(
            "Limits of each child, such as memory=256M,cpu=60s",
            valueName: "limits"))
    var limit: [String] = []

    /// The limits in `--limit`.
    var limits: ProcessLimits {
        get throws {
            try limit.isEmpty ? ProcessLimits() : ProcessLimits(option: limit.joined(separator: ","))
        }
    }

    /// A plain-text program can't name a chat.
    static func check(_ scope: ScopeChoice, isPlain: Bool) throws {
        if isPlain, scope == .user || scope == .bot {
            throw ValidationError(
                "--plain doesn't work with --scope \(scope.rawValue), which has no chat to answer in: "
                    + "use --scope chat or topic.")
        }
    }

    func validate() throws {
        _ = try limits
        try BoxMode.check()
        let needPlain = [
            ("--plain-quiet", plainQuiet != nil), ("--interrupt", interrupt != nil), ("--stream", stream),
            ("--markdown", markdown),
        ]
        if !plain, let (name, _) = needPlain.first(where: \.1) {
            throw ValidationError("\(name) requires --plain.")
        }
        if let interrupt {
            guard interrupt.contains(where: { !$0.isWhitespace }) else {
                throw ValidationError("--interrupt is empty: give it the text of a message, such as /stop.")
            }
        }
        try Self.check(scope, isPlain: plain)
        guard maxChildren > 0 else { throw ValidationError("--max-children must be at least 1.") }
    }

    /// - Parameter base: the policy of the command, to which the options are applied.
    @MainActor func policy(_ base: ChildPolicy = ChildPolicy()) -> ChildPolicy {
        var policy = base
        policy.stopGrace = stopGrace.duration ?? .seconds(1_000_000_000)
        policy.maxLine = maxLine.bytes
        policy.limits = limit.isEmpty ? nil : limit.joined(separator: ",")
        policy.dialect = plain ? .plainText(plainTextOptions) : .events
        return policy
    }

    /// Why no child of this scope could answer what it is told; nil if it could.
    @MainActor func refusal(of scope: Scope) -> String? {
        if plain, case .user(let id) = scope {
            return "Invalid scope '\(scope)': a --plain program can answer only in a chat, such as chat:\(id)"
        }
        return self.scope.refusal(of: scope)
    }

    private var plainTextOptions: PlainTextOptions {
        var options = PlainTextOptions()
        if let plainQuiet { options.quietTime = plainQuiet.duration ?? .seconds(1_000_000_000) }
        (options.interrupt, options.streams, options.isMarkdown) = (interrupt, stream, markdown)
        return options
    }
}

extension ScopeChoice: ExpressibleByArgument {}
