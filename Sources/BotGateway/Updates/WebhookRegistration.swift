import BotAPI
import JSON
import Logging
import Reactor

/// Sets the bot's webhook, and sees to it that it stays set and that Telegram can use it.
///
/// - SeeAlso: https://core.telegram.org/bots/api#setwebhook
final class WebhookRegistration {
    /// Called each time that the webhook was set.
    var onSet: () -> Void = {}
    var onAnswer: () -> Void = {}
    var onEnd: (GatewayFailure?) -> Void = { _ in }

    private let api: BotAPIClient
    private let options: WebhookSource.Options
    private let loop: EventLoop
    private let log: Logger
    private(set) var troubles: PollTroubles
    private var delivery = WebhookDeliveryReport()
    private var state = State.idle

    private enum State {
        case idle
        case asking(Transfer)
        case pausing(Timer)
        case stopped
    }

    /// A request to Telegram.
    private enum Step {
        /// Confirms the updates that an earlier run polled: the webhook would bring them again.
        case confirm(Int64)
        case set(isFirst: Bool)
        case check

        var method: String {
            switch self {
            case .confirm: "getUpdates"
            case .set: "setWebhook"
            case .check: "getWebhookInfo"
            }
        }
    }

    init(_ options: WebhookSource.Options, api: BotAPIClient, on loop: EventLoop, log: Logger) {
        (self.options, self.api, self.loop, self.log) = (options, api, loop, log)
        // Between two changes by another program, one check shows the webhook in its place.
        troubles = PollTroubles(conflictLimit: options.conflictLimit, rhythm: options.checkInterval * 3)
    }

    /// Whether the last request failed, or Telegram reports that it can't deliver updates.
    var isFailing: Bool { troubles.isFailing || delivery.isFailing }

    func start() {
        troubles.began()
        if options.dropsPending {
            log.notice("--drop-pending: dropping all pending updates")
        } else if let offset = options.offset {
            return take(.confirm(offset))
        }
        take(.set(isFirst: true))
    }

    func stop() {
        switch state {
        case .asking(let transfer): api.cancel(transfer)
        case .pausing(let timer): timer.cancel()
        case .idle, .stopped: break
        }
        state = .stopped
    }

    /// Telegram's request came, so the webhook works.
    func requestCame() {
        delivery.succeeded()
        let last = troubles.lastAnswer
        troubles.answered()
        // Once a second is enough: there may be a thousand requests.
        if troubles.lastAnswer != last { onAnswer() }
    }

    private func answered() {
        troubles.answered()
        onAnswer()
    }

    // MARK: requests to Telegram

    private func take(_ step: Step) {
        let transfer = api.request(step.method, parameters(of: step), timeout: .seconds(30)) {
            [weak self] outcome in
            guard let self, !isStopped else { return }
            handle(outcome, of: step)
        }
        state = .asking(transfer)
    }

    private var isStopped: Bool {
        if case .stopped = state { true } else { false }
    }

    private func take(_ step: Step, after delay: Duration) {
        guard !isStopped else { return }
        state = .pausing(loop.after(delay) { [weak self] in self?.take(step) })
    }

    private func parameters(of step: Step) -> JSON {
        // Always sent: without it, Telegram keeps the value of the last request from any program.
        let kinds = JSON(options.kinds.map { JSON($0) })
        switch step {
        case .confirm(let offset):
            return ["offset": JSON(offset), "timeout": 0, "limit": 1, "allowed_updates": kinds]
        case .set(let isFirst):
            var parameters: JSON = [
                "url": JSON(options.url), "secret_token": JSON(options.secret.text),
                "max_connections": JSON(options.connections), "allowed_updates": kinds,
            ]
            if isFirst, options.dropsPending { parameters.set("drop_pending_updates", true) }
            return parameters
        case .check: return [:]
        }
    }

    private func handle(_ outcome: BotAPIClient.Outcome, of step: Step) {
        state = .idle
        switch outcome {
        case .response(let body): succeeded(step, body)
        case .refused(let error): refused(step, error)
        case .tooManyRequests(let wait, _):
            log.info("\(step.method) rate-limited for \(wait.rounded)")
            troubles.failed()
            take(step, after: wait)
        case .serverError, .stranger, .unreachable, .noResponse:
            take(step, after: troubles.failed())
        }
    }

    private func succeeded(_ step: Step, _ body: [UInt8]) {
        switch step {
        case .confirm: take(.set(isFirst: true))
        case .set:
            log.info("Telegram posts updates to \(options.place)")
            delivery.restarted()
            onSet()
            answered()
            take(.check, after: options.checkInterval)
        case .check: check(BotAPIResponse.result(in: body) ?? [:])
        }
    }

    private func refused(_ step: Step, _ error: BotAPIError) {
        switch (error.code, step) {
        case (401, _), (404, _), (421, _): rejected(step, error)
        case (_, .confirm):
            // A webhook is set already: nothing polled since is unconfirmed, or its updates are marked.
            take(.set(isFirst: true))
        case (400, .set): end(badWebhook(error))
        case (409, _): conflicted(step, "another program sets this bot's webhook")
        default:
            log.error("\(step.method) rejected: \(error)")
            take(step, after: troubles.failed())
        }
    }

    private func badWebhook(_ error: BotAPIError) -> GatewayFailure {
        // A name server may be down for a moment, and the next start may work.
        let mayPass = error.reason.lowercased().contains("resolve")
        return GatewayFailure(
            mayPass ? .refused : .badWebhook,
            "Telegram rejects the webhook \(options.place): \(error). Check --webhook, and that the proxy answers "
                + "there with a certificate that Telegram trusts, on port 443, 80, 88 or 8443")
    }

    /// A server that restarts may reject a good token for a moment.
    private func rejected(_ step: Step, _ error: BotAPIError) {
        let decision = troubles.rejected()
        if decision == .tooLong { return end(GatewayFailure(.unauthorized, SignIn.unauthorized(error))) }
        if decision == .first {
            let limit = PollTroubles.rejectionLimit.rounded
            log.warning("\(step.method) rejected: \(error); retrying for \(limit)")
        }
        take(step, after: .seconds(1))
    }

    /// - Parameter step: the request to make next.
    private func conflicted(_ step: Step, _ change: String) {
        guard troubles.conflicted() != .tooLong else {
            return end(
                GatewayFailure(
                    .conflict,
                    "another program has changed this bot's webhook for \(options.conflictLimit.rounded); "
                        + "stop it, or use another bot's token"))
        }
        log.warning("\(change); setting it again")
        take(step, after: .seconds(1))
    }

    private func end(_ failure: GatewayFailure) {
        state = .stopped
        onEnd(failure)
    }

    // MARK: the webhook's state

    private func check(_ info: JSON) {
        let url = info["url"]?.string ?? ""
        guard url == options.url else {
            let change =
                url.isEmpty
                ? "another program deleted this bot's webhook"
                : "another program set this bot's webhook to \(ServerURL.redacted(url))"
            return conflicted(.set(isFirst: false), change)
        }
        if let record = delivery.read(info) { log.log(level: record.level, "\(record.message)") }
        answered()
        take(.check, after: options.checkInterval)
    }
}
