import BotAPI
import JSON
import Reactor

/// Queues updates and delivers them: to getUpdates, as soon as there are any, or to the bot's webhook.
final class UpdateDelivery {
    typealias Reply = (BotAPIResponse) -> Void

    /// A getUpdates that waits for an update.
    private struct Poll {
        let offset: Int64
        let limit: Int64
        /// The part of the timeout that hasn't passed on a manual clock yet.
        var left: Duration
        let reply: Reply
        let timer: Timer
    }

    private(set) var queue: UpdateQueue
    private var allowed = AllowedUpdates()
    private var webhook: Webhook?
    private var posting: WebhookDelivery?
    /// Creates the delivery to a webhook; if nil, a webhook is stored, but never called.
    var makePosting: ((Webhook) -> WebhookDelivery)?
    /// Called with the text of each new update.
    var onInsert: (_ text: [UInt8]) -> Void = { _ in }
    private var waiting: Poll? {
        didSet { if waiting != nil { arrival.arrive() } }
    }
    /// Those that wait for the bot.
    let arrival: BotArrival
    private var throttle = PollThrottle()
    /// Off by default, so that a test may poll as quickly as it likes.
    var slowsSpinning = false
    private let loop: EventLoop
    private let second: Duration

    /// - Parameter second: the duration of one second of getUpdates' timeout.
    init(on loop: EventLoop, firstID: Int64, second: Duration = .seconds(1)) {
        self.loop = loop
        self.second = second
        arrival = BotArrival(on: loop)
        queue = UpdateQueue(firstID: firstID)
    }

    /// Creates an update and returns its id; nil if `allowed_updates` excludes its kind or the queue is full.
    func add(_ payload: JSON, as kind: String) -> Int64? {
        guard allowed.admits(kind) else { return nil }
        let id = nextID()
        let update: JSON = ["update_id": JSON(id), kind: payload]
        let text = update.asciiBytes
        guard queue.hasRoom(for: text.count) else { return nil }
        insert(text, id: id)
        return id
    }

    /// The id of the next update. After the last possible id, Telegram drops the pending updates and begins again.
    func nextID() -> Int64 {
        guard queue.nextID > UpdateQueue.lastID else { return queue.nextID }
        removeAll()
        queue.restart()
        return queue.nextID
    }

    func insert(_ text: [UInt8], id: Int64) {
        queue.insert(text, id: id)
        onInsert(text)
        posting?.add(UpdateQueue.Entry(id: id, text: text))
        // Updates added in the same turn are delivered together. Telegram waits a millisecond for further updates.
        if waiting != nil { loop.soon { [weak self] in self?.replyToWaiting() } }
    }

    // MARK: getUpdates

    func getUpdates(_ arguments: Arguments, then reply: @escaping Reply) {
        guard webhook == nil else { return conflict(.webhookIsActive, to: reply) }
        let offset = arguments.integer("offset") ?? 0
        var limit = arguments.integer("limit") ?? 100
        var timeout = second * min(max(arguments.integer("timeout") ?? 0, 0), 50)
        allowed.update(from: arguments)
        if slowsSpinning {
            throttle.slow(offset: offset, timeout: &timeout, limit: &limit, at: .current)
        }
        let updates = queue.updates(from: offset, limit: limit)
        guard updates.isEmpty, timeout > .zero else {
            reply(BotAPIResponse(updates: updates.map(\.text)))
            return arrival.arrive()
        }

        endWaiting(.otherPoll)
        let timer = loop.after(timeout) { [weak self] in self?.timeIsUp() }
        waiting = Poll(offset: offset, limit: limit, left: timeout, reply: reply, timer: timer)
    }

    /// Ends what a manual clock's advance ends: the timeout of a waiting getUpdates, and the backoff of a webhook. Both
    /// also end in real time, because clients stop waiting soon after the timeout.
    func passTime(_ duration: Duration) {
        posting?.passTime(duration)
        // Time may have created an update.
        replyToWaiting()
        waiting?.left -= duration
        if let waiting, waiting.left <= .zero { timeIsUp() }
    }

    private func replyToWaiting() {
        guard let poll = waiting else { return }
        let updates = queue.updates(from: poll.offset, limit: poll.limit)
        guard !updates.isEmpty else { return }
        takeWaiting()?.reply(BotAPIResponse(updates: updates.map(\.text)))
    }

    private func timeIsUp() {
        takeWaiting()?.reply(BotAPIResponse(updates: []))
    }

    private func endWaiting(_ reason: PollEndReason) {
        if let poll = takeWaiting() { conflict(reason, to: poll.reply) }
    }

    private func takeWaiting() -> Poll? {
        defer { waiting = nil }
        waiting?.timer.cancel()
        return waiting
    }

    private func conflict(_ reason: PollEndReason, to reply: @escaping Reply) {
        let response = BotAPIResponse(
            error: BotAPIError(code: 409, reason: "Conflict: \(reason.rawValue)"))
        let delay = slowsSpinning ? throttle.delayOfConflict(at: .current) : .zero
        guard delay > .zero else { return reply(response) }
        loop.after(delay) { reply(response) }
    }

    // MARK: the webhook

    /// - Parameter hasCertificate: whether a certificate was uploaded with the call.
    func setWebhook(_ arguments: Arguments, hasCertificate: Bool) -> BotAPIResponse {
        guard !arguments.text("url").isEmpty else { return deleteWebhook(arguments) }
        do throws(BotAPIError) {
            let new = try Webhook(arguments, hasCertificate: hasCertificate)
            allowed.update(from: arguments)
            if arguments.flag("drop_pending_updates") { queue.removeAll() }
            endWaiting(.setWebhook)
            let remark = webhook?.url == new.url ? "Webhook is already set" : "Webhook was set"
            post(to: new)
            return BotAPIResponse(result: true, description: remark)
        } catch {
            return BotAPIResponse(error: error)
        }
    }

    private func post(to webhook: Webhook?) {
        self.webhook = webhook
        if webhook != nil { arrival.arrive() }
        posting?.stop()
        posting = nil
        guard let webhook, let posting = makePosting?(webhook) else { return }
        posting.onDelivered = { [weak self] in self?.queue.remove($0) }
        self.posting = posting
        queue.entries.forEach(posting.add)
    }

    func deleteWebhook(_ arguments: Arguments) -> BotAPIResponse {
        if arguments.flag("drop_pending_updates") { queue.removeAll() }
        let remark = webhook == nil ? "Webhook is already deleted" : "Webhook was deleted"
        post(to: nil)
        return BotAPIResponse(result: true, description: remark)
    }

    /// Drops the pending updates; the webhook stays.
    func removeAll() {
        queue.removeAll()
        post(to: webhook)
    }

    /// Drops the pending updates, the webhook, and `allowed_updates`. A waiting getUpdates gets an empty answer.
    func resetSettings() {
        (webhook, allowed) = (nil, AllowedUpdates())
        removeAll()
        timeIsUp()
    }

    /// Whether a getUpdates waits for an update.
    var isPolled: Bool { waiting != nil }
    /// Whether the bot polls or has a webhook.
    var hasBot: Bool { isPolled || webhook != nil }

    /// Answers a waiting getUpdates and those that wait for the bot, and stops posting to the webhook, because the bot is
    /// gone.
    func close() {
        timeIsUp()
        arrival.arrive()
        stop()
    }

    /// Stops posting to the webhook.
    func stop() { posting?.stop() }

    /// A `WebhookInfo`.
    var webhookInfo: JSON {
        var info: JSON = [
            "url": JSON(webhook?.url ?? ""), "has_custom_certificate": JSON(webhook?.hasCertificate ?? false),
            "pending_update_count": JSON(queue.count),
        ]
        if let webhook {
            if !webhook.address.isEmpty { info.set("ip_address", JSON(webhook.address)) }
            if let error = posting?.lastError {
                info.set("last_error_date", JSON(error.date))
                info.set("last_error_message", JSON(error.message))
            }
            info.set("max_connections", JSON(webhook.connections))
        }
        if let kinds = allowed.listed { info.set("allowed_updates", JSON(kinds.map { JSON($0) })) }
        return info
    }
}

/// The reason for a getUpdates to end with error 409, in Telegram's words.
private enum PollEndReason: String {
    case otherPoll =
        "terminated by other getUpdates request; make sure that only one bot instance is running"
    case setWebhook = "terminated by setWebhook request"
    case webhookIsActive =
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
}
