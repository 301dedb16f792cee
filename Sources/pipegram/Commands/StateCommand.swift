import ArgumentParser
import BotGateway
import Reactor

struct StateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state",
        abstract: "Copy a stopped gateway's state.",
        discussion: """
            Example:  pipegram state copy state postgresql://bot@db/pipegram
            """,
        subcommands: [StateCopyCommand.self])
}

struct StateCopyCommand: LoopCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a stopped gateway's state to another place.",
        usage: "pipegram state copy <from> <to>",
        discussion: """
            Copies the journal: waiting events, calls, states, scheduled events, dead letters, rate limits and the \
            offset. FROM and TO are state directories, or postgresql://USER@HOST/DATABASE for several machines. TO \
            must be empty. Stop the gateways first. Exits with 0, with 66 if no gateway has run with FROM, or with 73 if a gateway is \
            running or TO isn't empty.

            Example:  pipegram state copy state postgresql://bot@db/pipegram
            """)

    @Argument(help: "State directory or URL to copy from")
    var from: String

    @Argument(help: "State directory or URL to copy to")
    var to: String

    func validate() throws {
        if from == to { throw ValidationError("The source and the target are the same.") }
        for place in [from, to] where StateFlags.isURL(place) { try StateFlags.check(url: place) }
    }

    @MainActor func start() throws -> ExitCode {
        do throws(GatewayFailure) {
            let loop = try makeLoop()
            let source = try place(from, making: nil, on: loop)
            let counts = try StateCopy.copy(from: source) { (bot) throws(GatewayFailure) in
                try place(to, making: bot, on: loop)
            }
            let copied = counts.filter { $0.rows > 0 }.map { $0.rows.counted($0.table) }
            printError("copied \(copied.isEmpty ? "an empty journal" : copied.joined(separator: ", "))")
            return .success
        } catch {
            throw error.asFailure
        }
    }

    @MainActor private func place(
        _ text: String, making bot: Int64?, on loop: EventLoop
    ) throws(GatewayFailure) -> StateCopy.Place {
        guard let address = ClusterAddress(text) else { return .directory(text) }
        return .server(try ClusterClient(at: address, making: bot, on: loop))
    }

    @MainActor private func makeLoop() throws(GatewayFailure) -> EventLoop {
        do {
            return try EventLoop()
        } catch {
            throw GatewayFailure(.inputOutput, "\(error)")
        }
    }
}
