import BotAPI
import JSON
import Logging
import Reactor

/// Polls Telegram for updates over one persistent connection.
///
/// A getUpdates with an offset confirms every update below it: Telegram deletes them when the request arrives.
///
/// - SeeAlso: https://core.telegram.org/bots/api#getupdates
package final class TelegramPoller: TelegramSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Called for each poll that was answered with updates, or with none.
    package var onAnswer: () -> Void = {}

    private let api: BotAPIClient
    private let loop: EventLoop
    private let log: Logger
    private let options: Options
    private var taken: TakenUpdates
    private var parser = GetUpdatesParser()
    private var troubles: PollTroubles
    private var position: Position
    private var state = State.idle

    /// How far updates were taken and confirmed.
    private struct Position {
        var offset: Int64?
        /// The last offset that reached Telegram: every lower update is confirmed.
        var confirmed: Int64?
        /// Pending updates must be dropped before any are taken.
        var isDropping: Bool

        /// Whether some taken updates are still unconfirmed.
        var isUnconfirmed: Bool { !isDropping && offset != nil && offset != confirmed }
    }

    private enum State {
        /// Not started, or waiting for a batch to be stored.
        case idle
        case requesting(Transfer, since: Instant)
        case pausing(Timer)
        /// Stopped, while the last request may still be on its way to Telegram.
        case arriving(Timer, then: () -> Void)
        case stopped
    }

    private var isStopped: Bool {
        switch state {
        case .arriving, .stopped: true
        case .idle, .requesting, .pausing: false
        }
    }

    /// After this time a request has reached Telegram.
    private static let arrival: Duration = .seconds(1)

    package init(api: BotAPIClient, options: Options, on loop: EventLoop, log: Logger) {
        (self.api, self.options, self.loop, self.log) = (api, options, loop, log)
        troubles = PollTroubles(conflictLimit: options.conflictLimit)
        taken = options.taken ?? TakenUpdates()
        position = Position(offset: options.offset, isDropping: options.dropsPending)
    }

    package var isWebhook: Bool { false }
    /// When getUpdates was last answered or first called, in seconds since 1970; nil before the first call.
    package var lastPoll: Int64? { troubles.lastPoll }
    /// When getUpdates was last answered, in seconds since 1970; nil before the first answer.
    package var lastAnswer: Int64? { troubles.lastAnswer }
    /// Whether the latest poll failed.
    package var isFailing: Bool { troubles.isFailing }
    /// How many polls failed.
    package var errors: Int { troubles.errors }

    package func start() {
        if position.isDropping { countPending() } else { poll() }
    }

    package func stop() {
        switch state {
        case .requesting(let transfer, let start): stop(transfer, since: start)
        case .pausing(let timer):
            timer.cancel()
            state = .stopped
        case .idle: state = .stopped
        case .arriving, .stopped: break
        }
    }

    private func stop(_ transfer: Transfer, since start: Instant) {
        let left = start + Self.arrival - .current
        guard position.isUnconfirmed, left > .zero else {
            api.cancel(transfer)
            if left <= .zero { position.confirmed = position.offset }
            return state = .stopped
        }
        let timer = loop.after(left) { [weak self] in
            self?.api.cancel(transfer)
            self?.arrived()
        }
        state = .arriving(timer) {}
    }

    /// The last request has reached Telegram, and its offset confirmed the updates below it.
    private func arrived() {
        guard case .arriving(let timer, let done) = state else { return }
        timer.cancel()
        position.confirmed = position.offset
        state = .stopped
        done()
    }

    package func confirm(then done: @escaping () -> Void) {
        guard position.isUnconfirmed else { return done() }
        // Telegram delays another request with the same offset by up to 3 s.
        if case .arriving(let timer, _) = state { return state = .arriving(timer, then: done) }
        // A single attempt: Telegram sends unconfirmed updates again at the next start.
        api.request("getUpdates", parameters(wait: .zero, limit: 1), timeout: .seconds(5)) { _ in done() }
    }

    private func poll() {
        let offset = position.offset
        let isShort = position.isDropping || options.firstIsShort && troubles.lastAnswer == nil
        let wait = isShort ? .zero : options.wait
        let start = Instant.current
        troubles.began()
        request(
            "getUpdates", parameters(wait: wait, limit: parser.limit), timeout: wait + options.patience
        ) { [unowned self] outcome in
            if case .response = outcome { position.confirmed = offset }
            handle(outcome, after: .current - start)
        }
    }

    private func request(
        _ method: String, _ parameters: JSON, timeout: Duration,
        then done: @escaping (BotAPIClient.Outcome) -> Void
    ) {
        let transfer = api.request(method, parameters, timeout: timeout) { [weak self] outcome in
            guard let self, !isStopped else { return self?.arrived() ?? () }
            state = .idle
            done(outcome)
        }
        state = .requesting(transfer, since: .current)
    }

    private func parameters(wait: Duration, limit: Int) -> JSON {
        var parameters: JSON = ["timeout": JSON(wait.components.seconds), "limit": JSON(limit)]
        // A negative offset -n drops all pending updates but the last n.
        if let offset = position.isDropping ? -1 : position.offset { parameters.set("offset", JSON(offset)) }
        // Always sent: without it, Telegram keeps the value of the last request from any program.
        parameters.set("allowed_updates", JSON(options.kinds.map { JSON($0) }))
        return parameters
    }

    private func handle(_ outcome: BotAPIClient.Outcome, after time: Duration) {
        switch outcome {
        case .response(let body):
            read(body, after: time)
        case .refused(let error):
            refused(error)
        case .tooManyRequests(let wait, _):
            let isLong = wait >= BotAPIError.longestWait
            log.log(level: isLong ? .warning : .info, "getUpdates rate-limited for \(wait.rounded)")
            troubles.failed()
            poll(after: wait)
        case .serverError, .stranger, .unreachable, .noResponse:
            poll(after: troubles.failed())
        }
    }

    private func read(_ body: [UInt8], after time: Duration) {
        switch parser.read(body) {
        case .updates(let answer):
            troubles.answered()
            onAnswer()
            for error in answer.malformed { log.error("skipped a malformed update: \(error)") }
            guard !position.isDropping else { return dropped(upTo: answer.nextOffset) }
            let new = taken.take(answer.updates)
            let next = troubles.emptyPolls.answered(
                news: !new.isEmpty, after: time, asked: options.wait)
            guard let nextOffset = answer.nextOffset else { return goOn(next) }
            onUpdates(UpdateBatch(new, nextOffset: nextOffset) { [self] in taken(upTo: nextOffset, next) })
        case .askAgain(let reason, let delay):
            troubles.failed()
            log.warning("can't read the updates of an answer (\(reason)); asking for one update at a time")
            poll(after: delay)
        case .skip(let id, let reason):
            log.error("skipped update \(id), which can't be read: \(reason)")
            (position.offset, position.isDropping) = (id == .max ? position.offset : id + 1, false)
            poll()
        }
    }

    /// Gets the number of pending updates, only for the log: a failure doesn't matter.
    private func countPending() {
        request("getWebhookInfo", [:], timeout: .seconds(10)) { [unowned self] outcome in
            var count: Int64?
            if case .response(let body) = outcome {
                count = BotAPIResponse.result(in: body)?["pending_update_count"]?.integer
            }
            let pending = count.map { $0.counted("pending update") } ?? "all pending updates"
            log.notice("--drop-pending: dropping \(pending)")
            poll()
        }
    }

    /// The response to the offset -1 contained the newest update; the next request confirms that one too.
    private func dropped(upTo nextOffset: Int64?) {
        position.isDropping = false
        position.offset = nextOffset ?? position.offset
        poll()
    }

    private func taken(upTo nextOffset: Int64, _ next: EmptyPollBackoff.Decision) {
        position.offset = nextOffset
        if !isStopped { goOn(next) }
    }

    private func goOn(_ next: EmptyPollBackoff.Decision) {
        switch next {
        case .poll: poll()
        case .pause(let pause, let isFirst):
            if isFirst {
                log.warning(
                    """
                    \(api.place) answers getUpdates at once and with nothing new; pausing between polls until that ends. \
                    Is there a cache in between?
                    """)
            }
            poll(after: pause)
        }
    }

    private func refused(_ error: BotAPIError) {
        switch error.code {
        case 409 where error.reason.contains("webhook is active"):
            end(GatewayFailure(.webhookIsSet, SignIn.webhookIsSet))
        case 409: conflicted()
        case 401, 404: rejected(error)
        default:
            log.error("getUpdates rejected: \(error)")
            poll(after: troubles.failed())
        }
    }

    /// Telegram also answers so after a broken connection, for as long as it takes that for another poller.
    private func conflicted() {
        let limit = options.conflictLimit.rounded
        putUp(
            with: troubles.conflicted(),
            warning: "another program polls for this bot's updates; retrying for \(limit)",
            failure: GatewayFailure(
                .conflict,
                "another program has polled for this bot's updates for \(limit); "
                    + "stop it, or use another bot's token"))
    }

    /// A server that restarts may reject a good token for a moment.
    private func rejected(_ error: BotAPIError) {
        putUp(
            with: troubles.rejected(),
            warning: "getUpdates rejected: \(error); retrying for \(PollTroubles.rejectionLimit.rounded)",
            failure: GatewayFailure(.unauthorized, SignIn.unauthorized(error)))
    }

    private func putUp(
        with refusal: RepeatedRefusal.Decision, warning: String, failure: GatewayFailure
    ) {
        guard refusal != .tooLong else { return end(failure) }
        if refusal == .first { log.warning("\(warning)") }
        poll(after: .seconds(1))
    }

    private func poll(after delay: Duration) {
        state = .pausing(loop.after(delay) { [weak self] in self?.poll() })
    }

    private func end(_ failure: GatewayFailure) {
        state = .stopped
        onEnd(failure)
    }
}
