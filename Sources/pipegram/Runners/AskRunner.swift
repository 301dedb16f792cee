import ArgumentParser
import BotGateway
import Glibc
import JSON
import Reactor

/// Runs `ask`: through the running gateway, else with polls of its own.
@MainActor final class AskRunner {
    private let command: AskCommand
    private let question: Question
    /// The failure is that of the token, which a gateway has already.
    private let session: Result<BotAPISession, any Error>
    private let place: String?
    private let loop: EventLoop
    private var client: ControlClient?
    private var signals: Signals?
    private var result: Result<ExitCode, Failure>?

    /// How long a gateway that is starting may take until it listens.
    private static let startLimit: Duration = .seconds(5)
    private static let pause: Duration = .milliseconds(50)
    /// A gateway that doesn't say after the timeout that it has passed hangs.
    private static let grace: Duration = .seconds(30)

    init(_ command: AskCommand) throws {
        self.command = command
        do throws(QuestionError) {
            question = try Question(command.members)
        } catch {
            throw Failure(.validationFailure, "\(error)")
        }
        if let cluster = command.stateFlags.cluster {
            throw Failure(
                .validationFailure,
                "ask needs a state directory: gateways that share the journal at \(cluster.place) have no control socket"
            )
        }
        let session = Result { try BotAPISession(command.server, log: command.logFlags.logger()) }
        self.session = session
        place = try Self.place(command, bot: (try? session.get())?.token.bot)
        loop = try (try? session.get())?.loop ?? EventLoop.forCommand()
    }

    /// The state directory of the gateway that may be running; nil if there is none.
    private static func place(_ command: AskCommand, bot: String?) throws -> String? {
        guard let bot else { return try command.stateFlags.existingDirectory(for: command.server.tokenFlags) }
        return try? command.stateFlags.path(bot: bot)
    }

    func run() throws -> ExitCode {
        let deadline = Instant.current + Self.startLimit
        while client == nil {
            client = try connect()
            // A gateway that holds the directory and doesn't listen is starting; polls would disturb its own.
            guard client == nil, let place, StateDirectory.holder(of: place) != nil else { break }
            guard .current < deadline else {
                throw Failure(
                    .temporary, "the gateway that uses \(place) doesn't listen on its control socket")
            }
            _ = loop.run(until: { false }, within: Self.pause)
        }
        guard let client else { return try LonelyQuestion(question, command, try session.get()).run() }
        signals = try Signals([SIGINT, SIGTERM], on: loop) { [unowned self] signal in
            // The gateway withdraws the questions of a client that is gone.
            client.close()
            printError(AskCommand.withdrawn)
            end(.success(.signal(signal)))
        }
        ask(client)
        while result == nil { loop.run() }
        client.close()
        return try result?.get() ?? .timedOut
    }

    private func connect() throws -> ControlClient? {
        do throws(GatewayFailure) {
            return try place.flatMap { (place) throws(GatewayFailure) in
                try ControlClient(at: StateDirectory.controlSocket(in: place), on: loop)
            }
        } catch {
            throw error.asFailure
        }
    }

    private func ask(_ client: ControlClient) {
        client.request("ask", command.members) { [self] reply in
            switch reply {
            case .success(let answer): end(command.exit(on: answer))
            case .failure(let refusal): end(.failure(Failure(.temporary, "no answer: \(refusal.reason)")))
            }
        }
        guard let limit = command.timeout.duration else { return }
        loop.after(limit + Self.grace) { [self] in
            end(.failure(Failure(.temporary, "no answer: the gateway doesn't respond")))
        }
    }

    private func end(_ result: Result<ExitCode, Failure>) {
        if self.result == nil { self.result = result }
        loop.stop()
    }
}

extension ExitCode {
    /// As timeout(1) has it.
    static let timedOut = ExitCode(124)
}

extension AskCommand: LoopCommand {
    @MainActor func start() throws -> ExitCode {
        do {
            return try AskRunner(self).run()
        } catch let failure as Failure {
            throw failure
        } catch {
            // Any other error would exit with 1, which is the second button's.
            throw Failure(.inputOutput, "\(error)")
        }
    }

    static let withdrawn = "the question is withdrawn"

    /// The question, for the control socket.
    @MainActor fileprivate var members: JSON {
        var members: JSON = ["text": JSON(text.joined(separator: " "))]
        if let place { members.set("chat_id", Int64(place).map { JSON($0) } ?? JSON(place)) }
        members.set("buttons", JSON(button.map { JSON($0) }))
        members.set("users", JSON(user.map { JSON($0) }))
        if let limit = timeout.duration {
            members.set("timeout", JSON(floatLiteral: Double(limit.milliseconds) / 1000))
        }
        return members
    }

    /// Prints the answer, and returns its exit code.
    @MainActor func exit(on answer: JSON) -> Result<ExitCode, Failure> {
        if answer["timed_out"]?.bool == true {
            printError("no answer within \(timeout.duration?.rounded ?? "the time")")
            return .success(.timedOut)
        }
        guard let text = answer["answer"]?.string, let number = answer["button"],
            number.isNull == button.isEmpty,
            button.isEmpty || button.indices.contains(Int(number.integer ?? -1))
        else { return .failure(Failure(.temporary, "the gateway's answer can't be read")) }
        do {
            try printOut(Array("\(text)\n".utf8))
            return .success(ExitCode(Int32(number.integer ?? 0)))
        } catch let failure as Failure {
            return .failure(failure)
        } catch {
            return .failure(Failure(.inputOutput, "\(error)"))
        }
    }
}
