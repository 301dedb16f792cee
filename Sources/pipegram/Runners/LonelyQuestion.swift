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
    private var isAsked = false
    private var hints = RefusalHints()
    /// The usual cause of the last refusal.
    private var hint = ""

    private static let callTimeout = DurationValue.seconds(60)
    /// How long the end waits until the answer is confirmed and the message shows the outcome.
    private static let endLimit: Duration = .seconds(10)
    private static let endLimitAfterSignal: Duration = .seconds(2)

    init(_ question: Question, _ command: AskCommand, _ session: BotAPISession) {
        (self.question, self.command, self.session) = (question, command, session)
        // The end says why a question wasn't sent.
        caller = session.caller(
            timeout: Self.callTimeout, log: session.log.logLevel < .notice ? session.log : nil,
            uploads: Uploads(),
            files: ChildFiles(in: nil, temporaryDirectory: Environment.spoolDirectory))
        questions = Questions(on: session.loop)
        poller = AnswerPoller(api: session.api, questions, on: session.loop)
    }

    func run() throws -> ExitCode {
        signals = try Signals([SIGINT, SIGTERM], on: session.loop) { [unowned self] signal in
            if result != nil { _exit(128 + signal) }
            withdraw(on: signal)
        }
        questions.perform = { [unowned self] call, done in
            caller.perform(call, for: call.line(orElse: .bot)) { [unowned self] result in
                if case .failure(let error) = result { hint = hints.hint(on: error) }
                done(result)
            }
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

    private func withdraw(on signal: Int32) {
        end(.success(.signal(signal)), within: Self.endLimitAfterSignal) { [unowned self] in
            guard isAsked else { return printError("stopped before the question was asked") }
            printError(
                questions.isEmpty
                    ? AskCommand.withdrawn
                    : "the question is withdrawn, but Telegram doesn't answer, so it may keep its buttons")
        }
        questions.withdrawAll("stopped")
    }

    private func ask() {
        isAsked = true
        _ = questions.ask(question) { [unowned self] result in
            switch result {
            case .success(let answer): end(command.exit(on: answer.json))
            case .failure(let failure):
                end(.failure(Failure(.temporary, "no answer: \(failure.reason)\(hint)")))
            }
        }
        poller.start()
    }

    private func end(
        _ result: Result<ExitCode, Failure>, within limit: Duration = endLimit,
        saying say: @escaping () -> Void = {}
    ) {
        guard self.result == nil else { return }
        self.result = result
        var isConfirmed = false
        poller.stop { isConfirmed = true }
        finish(by: .current + limit, once: { isConfirmed }) { [session] in
            say()
            session.end(with: result)
        }
    }

    private func finish(
        by deadline: Instant, once isConfirmed: @escaping () -> Bool, then done: @escaping () -> Void
    ) {
        guard isConfirmed() && questions.isEmpty && caller.pending == 0 || .current > deadline else {
            session.loop.after(.milliseconds(5)) { [self] in
                finish(by: deadline, once: isConfirmed, then: done)
            }
            return
        }
        done()
    }
}
