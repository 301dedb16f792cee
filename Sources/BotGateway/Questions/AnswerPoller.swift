import BotAPI
import JSON
import Logging
import Reactor

/// Looks for answers among the updates that wait at Telegram, for a bot without a gateway. It confirms none but the
/// answers, so that a later gateway gets all others.
@MainActor package final class AnswerPoller {
    /// Called once if no answer can be found any more.
    package var onFailure: (GatewayFailure) -> Void = { _ in }

    /// The most updates of one answer.
    private static let limit = 100
    private static let wait: Duration = .seconds(20)
    private static let patience: Duration = .seconds(10)
    /// While other updates wait, Telegram answers at once.
    private static let pause: Duration = .milliseconds(500)
    /// A server may answer at once although nothing waits.
    private static let shortPause: Duration = .milliseconds(20)

    private let api: BotAPIClient
    private let questions: Questions
    private let loop: EventLoop
    private var backoff = Backoff()
    private var seen: Set<Int64> = []
    private var taken: Set<Int64> = []
    private var isStopped = false
    /// Telegram also answers with 409 for a moment after another poll was broken off.
    private var conflicts = RepeatedRefusal(limit: .seconds(10))

    package init(api: BotAPIClient, _ questions: Questions, on loop: EventLoop) {
        (self.api, self.questions, self.loop) = (api, questions, loop)
    }

    package func start() { poll() }

    /// - Parameter done: called once the answers are confirmed, if they can be.
    package func stop(then done: @escaping () -> Void) {
        isStopped = true
        guard let last = confirmable else { return done() }
        let parameters: JSON = ["offset": JSON(last + 1), "limit": 1, "timeout": 0]
        api.request("getUpdates", parameters, timeout: Self.patience) { _ in done() }
    }

    /// The last of the answers before which nothing else waits.
    private var confirmable: Int64? {
        seen.sorted().prefix { taken.contains($0) }.last
    }

    private func poll() {
        guard !isStopped else { return }
        // Without an offset, nothing is confirmed. Without allowed_updates, the bot's setting stays.
        let parameters: JSON = [
            "timeout": JSON(Self.wait.components.seconds), "limit": JSON(Self.limit),
        ]
        api.request("getUpdates", parameters, timeout: Self.wait + Self.patience) { [weak self] in
            if let self, !isStopped { handle($0) }
        }
    }

    private func handle(_ outcome: BotAPIClient.Outcome) {
        switch outcome {
        case .response(let body): read(body)
        case .tooManyRequests(let wait, _): poll(after: wait)
        case .serverError, .stranger, .unreachable, .noResponse: poll(after: backoff.failed())
        case .refused(let error)
        where error.code == 409 && !error.reason.contains("webhook is active")
            && conflicts.happened(at: .current) != .tooLong:
            poll(after: .seconds(1))
        case .refused(let error): onFailure(Self.failure(error))
        }
    }

    private func poll(after delay: Duration) { loop.after(delay) { [weak self] in self?.poll() } }

    private func read(_ body: [UInt8]) {
        guard let answer = try? GetUpdatesResponse(body) else { return poll(after: backoff.failed()) }
        backoff = Backoff()
        conflicts.ended()
        let new = answer.updates.filter { seen.insert($0.id).inserted }
        for update in new {
            guard let action = questions.take(update) else { continue }
            taken.insert(update.id)
            action()
        }
        if answer.updates.count + answer.malformed.count >= Self.limit, new.isEmpty {
            return onFailure(
                GatewayFailure(
                    .conflict,
                    "\(Self.limit) updates wait for the bot, so the answer can't be seen; start its gateway"))
        }
        poll(after: answer.updates.isEmpty ? Self.shortPause : Self.pause)
    }

    private static func failure(_ error: BotAPIError) -> GatewayFailure {
        switch error.code {
        case 409 where error.reason.contains("webhook is active"):
            GatewayFailure(.webhookIsSet, SignIn.webhookIsSet)
        case 409:
            GatewayFailure(
                .conflict,
                "another program polls for this bot's updates: another 'pipegram ask', or a gateway. Without a gateway, ask "
                    + "one question at a time; if it is a gateway of this machine, name its --state"
            )
        case 401, 404: GatewayFailure(.unauthorized, SignIn.unauthorized(error))
        default: GatewayFailure(.conflict, "getUpdates rejected: \(error)")
        }
    }
}
