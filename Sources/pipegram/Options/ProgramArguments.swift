import ArgumentParser
import BotGateway
import Glibc
import JSON
import Reactor

/// The program to run for each chat, with its arguments: all that stands behind the options.
struct ProgramArguments: ParsableArguments, Sendable {
    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The bot: a program and its arguments.", valueName: "program"),
        completion: .file())
    var words: [String] = []

    func validate() throws {
        guard let first = words.first else {
            throw ValidationError(
                "Which program is the bot? It stands last, behind the options and, with replay, the log.")
        }
        if first == "--" {
            guard words.count > 1 else { throw ValidationError("No program is named after '--'.") }
        } else if first.hasPrefix("-") {
            guard !UsageHints.isOption(first) else {
                throw ValidationError("\(first) stands too late: options stand first, also before a log.")
            }
            let hint = UsageHints.hint(forOption: first)
            throw ValidationError(
                "Unknown option '\(first)' here\(hint.isEmpty ? "." : hint) Options stand first; a program of that name goes after '--'."
            )
        }
    }

    /// Looks the program up, once for all children.
    @MainActor func find() throws -> Program {
        let command = words.first == "--" ? Array(words.dropFirst()) : words
        do {
            return try Program(command, searchPath: variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
        } catch {
            switch error {
            case .notExecutable, .directory: throw Failure(.notExecutable, error.description)
            case .missing, .interpreterMissing: throw Failure(.notFound, error.description)
            }
        }
    }
}

/// What `run` and `replay` have in common about children.
struct ChildFlags: ParsableArguments, Sendable {
    @Option(help: .duration("How long a child may take to end once its stdin is closed."))
    var stopGrace = DurationValue.seconds(10)

    @Option(help: ArgumentHelp("How many children may live at the same time.", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("How long a line of a child may be.", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue.usualLine

    @Flag(
        help: "The bot speaks plain text: it reads each message as a line, and what it prints is a message.")
    var plain = false

    func validate() throws {
        guard maxChildren > 0 else { throw ValidationError("--max-children must be at least 1.") }
    }

    /// - Parameter base: what the command itself wants.
    @MainActor func policy(_ base: ChildPolicy = ChildPolicy()) -> ChildPolicy {
        var policy = base
        policy.stopGrace = stopGrace.duration ?? .seconds(1_000_000_000)
        policy.maxLine = maxLine.bytes
        policy.dialect = plain ? .plainText : .events
        return policy
    }
}

/// Four descriptors a child, and some for the gateway itself.
@MainActor func childLimit(wanted: Int, descriptors: UInt64) -> Int {
    min(wanted, max(1, (Int(clamping: descriptors) - 64) / 4))
}

func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

/// This process's environment, `NAME=value` each.
@MainActor func environmentVariables() -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
        variables.append(String(cString: variable))
        next += 1
    }
    return variables
}
