import ArgumentParser
import BotAPI
import BotGateway
import Glibc
import Reactor

/// A question without a gateway: asks it and polls for its answer.
@MainActor final class LonelyQuestion {
    private let question: Question
    private let command: AskCommand
    private let session: BotAPISession
    private let caller: TelegramCaller
    private let questions: Questions
    private let poller: AnswerPoller
    private var signals: Signals?
    private var result: Result<ExitCode, Failure>?

    private static let callTimeout = DurationValue.seconds(60)
    /// How long the end waits until the message shows the outcome.
    private static let endLimit: Duration = .seconds(5)

    init(_ question: Question, _ command: AskCommand, _ session: BotAPISession) {
        (self.question, self.command, self.session) = (question, command, session)
        caller = session.caller(
            timeout: Self.callTimeout, uploads: Uploads(),
            files: ChildFiles(in: nil, temporaryDirectory: Environment.spoolDirectory))
        questions = Questions(on: session.loop)
        poller = AnswerPoller(api: session.api, questions, on: session.loop)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: session.loop) { [unowned self] signal in
            if result != nil { _exit(128 + signal) }
            end(.success(.signal(signal)))
            questions.withdrawAll("stopped")
        }
        questions.perform = { [caller] call, done in
            caller.perform(call, for: call.line(orElse: .bot), then: done)
        }
        caller.onUnauthorized = { [unowned self] in
            end(.failure(Failure(.noPermission, SignIn.unauthorized($0))))
        }
        poller.onFailure = { [unowned self] failure in
            end(.failure(failure.asFailure))
            questions.withdrawAll("\(failure)")
        }
        if let limit = command.timeout.duration {
            // The question's own timeout begins when it is asked, after the sign-in.
            session.loop.after(limit) { [unowned self] in if questions.isEmpty { timedOut() } }
        }
        return try session.run { [unowned self] _ in if result == nil { ask() } }
    }

    private func timedOut() { end(command.exit(on: Answer.timedOut.json)) }

    private func ask() {
        _ = questions.ask(question) { [unowned self] result in
            switch result {
            case .success(let answer): end(command.exit(on: answer.json))
            case .failure(let failure): end(.failure(Failure(.temporary, "no answer: \(failure.reason)")))
            }
        }
        poller.start()
    }

    private func end(_ result: Result<ExitCode, Failure>) {
        guard self.result == nil else { return }
        self.result = result
        let deadline = Instant.current + Self.endLimit
        poller.stop { [self] in finish(until: deadline, result) }
    }

    private func finish(until deadline: Instant, _ result: Result<ExitCode, Failure>) {
        guard questions.isEmpty && caller.pending == 0 || .current > deadline else {
            session.loop.after(.milliseconds(5)) { [self] in finish(until: deadline, result) }
            return
        }
        session.end(with: result)
    }
}
