import BotAPI
import JSON
import Logging
import Reactor

/// Asks Telegram for updates, again and again, over one connection that is kept.
///
/// Asking from an offset confirms every lower update; Telegram forgets them when the question arrives.
///
/// - SeeAlso: https://core.telegram.org/bots/api#getupdates
package final class TelegramPoller: UpdateSource {
    package struct Options {
        /// How long Telegram holds a question when there is nothing to tell: whole seconds in 0...50.
        package var wait: Duration
        /// A poll that is silent for so much longer is given up.
        package var patience: Duration = .seconds(10)
        /// Another program may ask for the same bot's updates for so long before this one gives in.
        package var conflictLimit: Duration = .seconds(30)
        /// Where to go on: every lower update was taken by an earlier run.
        package var offset: Int64?
        /// The kinds asked for; none is Telegram's own choice, which takes in the kinds of tomorrow.
        package var kinds: [String]
        /// What Telegram holds at the start is dropped.
        package var dropsPending = false

        package init(wait: Duration, kinds: [String], offset: Int64? = nil) {
            (self.wait, self.kinds, self.offset) = (wait, kinds, offset)
        }
    }

    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }

    private let api: BotAPIClient
    private let loop: EventLoop
    private let log: Logger
    private let options: Options
    private var recent = RecentUpdates(capacity: 4096)
    private var reading = GetUpdatesParser()
    private var conflict: PollConflict

    private var offset: Int64?
    /// The offset that Telegram has been told: what is below it is confirmed.
    private var confirmed: Int64?
    private var failures = 0
    private var underWay: Transfer?
    private var asked = Instant.current
    private var pause: Timer?
    private var stopped = false
    private var isDropping: Bool

    package init(api: BotAPIClient, options: Options, on loop: EventLoop, log: Logger) {
        (self.api, self.options, self.loop, self.log) = (api, options, loop, log)
        conflict = PollConflict(limit: options.conflictLimit)
        offset = options.offset
        isDropping = options.dropsPending
    }

    package func start() {
        if isDropping { countPending() } else { poll() }
    }

    package func stop() {
        stopped = true
        pause?.cancel()
        guard let underWay else { return }
        api.cancel(underWay)
        self.underWay = nil
        // It had the time to arrive, and with it the offset it asked from.
        if asked < .current - .seconds(1) { confirmed = offset }
    }

    package func confirm(then done: @escaping () -> Void) {
        guard !isDropping, let offset, offset != confirmed else { return done() }
        // One try: what stays unconfirmed is given again at the next start.
        api.request("getUpdates", question(wait: .zero, limit: 1), timeout: .seconds(5)) { _ in done() }
    }

    private func poll() {
        let from = offset
        asked = .current
        let wait = isDropping ? .zero : options.wait
        underWay = api.request(
            "getUpdates", question(wait: wait, limit: reading.limit), timeout: wait + options.patience
        ) { [weak self] outcome in
            guard let self, !self.stopped else { return }
            self.underWay = nil
            if case .answer = outcome { self.confirmed = from }
            self.take(outcome)
        }
    }

    private func question(wait: Duration, limit: Int) -> JSON {
        var question: JSON = ["timeout": JSON(wait.components.seconds), "limit": JSON(limit)]
        // A negative one drops all but so many.
        if let offset = isDropping ? -1 : offset { question.set("offset", JSON(offset)) }
        // Always said: the server keeps what anyone asked for last, and left out it would stay that.
        question.set("allowed_updates", JSON(options.kinds.map { JSON($0) }))
        return question
    }

    private func take(_ outcome: BotAPIClient.Outcome) {
        switch outcome {
        case .answer(let body):
            read(body)
        case .refused(let error):
            refused(error)
        case .tooManyRequests(let wait, _):
            log.info("getUpdates told to wait \(wait.rounded)")
            poll(after: wait)
        case .serverTrouble, .unreachable, .lost:
            failures += 1
            poll(after: Retry.backoff(tries: failures, jitter: .random(in: 0..<1)))
        }
    }

    private func read(_ body: [UInt8]) {
        failures = 0
        switch reading.read(body) {
        case .updates(let answer):
            for error in answer.malformed { log.error("skipped what is not an update: \(error)") }
            guard !isDropping else { return dropped(upTo: answer.nextOffset) }
            guard let nextOffset = answer.nextOffset else { return poll() }
            let new = answer.updates.filter { recent.isNew($0.id) }
            onUpdates(UpdateBatch(new, nextOffset: nextOffset) { [self] in taken(upTo: nextOffset) })
        case .askAgain(let reason, let delay):
            log.warning("an answer with updates can't be read (\(reason)); asking for one update at a time")
            poll(after: delay)
        case .skip(let id, let reason):
            log.error("skipped update \(id), which can't be read: \(reason)")
            (offset, isDropping) = (id &+ 1, false)
            poll()
        }
    }

    /// Only for the log: the number is asked for once.
    private func countPending() {
        underWay = api.request("getWebhookInfo", [:], timeout: .seconds(10)) { [weak self] outcome in
            guard let self, !self.stopped else { return }
            self.underWay = nil
            var count: Int64?
            if case .answer(let body) = outcome {
                count = (try? JSON(parsing: body))?["result"]?["pending_update_count"]?.integer
            }
            let number = count.map { "\($0) updates that" } ?? "what"
            self.log.notice("--drop-pending: dropping \(number) Telegram holds")
            self.poll()
        }
    }

    /// The newest one went with the answer, and is confirmed by the next question.
    private func dropped(upTo nextOffset: Int64?) {
        isDropping = false
        offset = nextOffset ?? offset
        poll()
    }

    private func taken(upTo nextOffset: Int64) {
        offset = nextOffset
        if !stopped { poll() }
    }

    private func refused(_ error: BotAPIError) {
        switch error.code {
        case 409 where error.reason.contains("webhook is active"):
            end(GatewayFailure(.webhookIsSet, SignIn.webhookIsSet))
        case 409:
            switch conflict.happened(at: .current) {
            case .first:
                let limit = options.conflictLimit.rounded
                log.warning(
                    "another program asks for this bot's updates; trying for \(limit) whether it stops")
                poll(after: .seconds(1))
            case .again:
                poll(after: .seconds(1))
            case .tooLong:
                let words =
                    "another program has asked for this bot's updates for \(options.conflictLimit.rounded); "
                    + "only one can: stop the other one, or give this one a token of its own"
                end(GatewayFailure(.conflict, words))
            }
        case 401, 404:
            end(GatewayFailure(.unauthorized, SignIn.unauthorized(error)))
        default:
            failures += 1
            log.error("getUpdates refused: \(error)")
            poll(after: Retry.backoff(tries: failures, jitter: .random(in: 0..<1)))
        }
    }

    private func poll(after delay: Duration) {
        pause = loop.after(delay) { [weak self] in self?.poll() }
    }

    private func end(_ failure: GatewayFailure) {
        stopped = true
        onEnd(failure)
    }
}
