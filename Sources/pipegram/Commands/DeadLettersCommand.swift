import ArgumentParser
import BotGateway
import Glibc
import Reactor

struct DeadLettersCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Print, retry or drop the events that children failed on.",
        usage: "pipegram dead-letters [<options>]",
        discussion: """
            Prints dead letters as updates, one per line, oldest first; 'pipegram replay' reads them. --retry \
            queues them for their chats again, marked as redelivered, behind the events that already wait. A running \
            gateway delivers them at once, else the next start does. Exits with 0, or with 66 if no gateway has run.

            Example:  pipegram dead-letters | pipegram replay - -- ./bot.sh
            """)

    @Flag(help: "Deliver the dead letters again")
    var retry = false

    @Flag(help: "Drop the dead letters")
    var clear = false

    @OptionGroup var stateFlags: StateFlags
    @OptionGroup var tokenFlags: TokenFlags
    @OptionGroup var configurationFlags: ConfigurationFlags

    func validate() throws {
        if retry, clear { throw ValidationError("--retry and --clear exclude each other.") }
    }

    @MainActor func start() throws -> ExitCode {
        do {
            if let server = try stateFlags.client() { return try start(SharedDeadLetters(at: server)) }
            let place = try stateFlags.existingDirectory(for: tokenFlags)
            let letters = try DeadLetters(in: place, mayChange: retry || clear)
            if retry {
                try retry(letters, in: place)
            } else if clear {
                printError("\(try letters.clear().counted("dead letter")) dropped")
            } else {
                return try show(letters.updates())
            }
        } catch let failure as GatewayFailure {
            throw failure.asFailure
        }
        return .success
    }

    @MainActor private func start(_ letters: SharedDeadLetters) throws -> ExitCode {
        guard retry || clear else { return try show(letters.updates()) }
        let count = try retry ? letters.retry() : letters.clear()
        let done = retry ? "will be redelivered" : "dropped"
        printError(count == 0 ? "there are no dead letters" : "\(count.counted("dead letter")) \(done)")
        return .success
    }

    @MainActor private func retry(_ letters: DeadLetters, in place: String) throws {
        let count = try letters.retry()
        // Signal after marking them: a gateway that starts meanwhile finds them in its journal.
        let gateway = StateDirectory.holder(of: place)
        guard count > 0 else { return printError("there are no dead letters") }
        if let gateway, gateway > 0 { kill(gateway, SIGUSR2) }
        printError(
            "\(count.counted("dead letter")) will be redelivered\(gateway == nil ? " when the gateway starts" : "")"
        )
    }

    @MainActor private func show(_ updates: [[UInt8]?]) throws -> ExitCode {
        try printOut(Array(updates.compactMap(\.self).joined()))
        let unreadable = updates.count(where: { $0 == nil })
        guard unreadable > 0 else { return .success }
        throw Failure(.malformedInput, "\(unreadable.counted("dead letter")) can't be read")
    }
}
