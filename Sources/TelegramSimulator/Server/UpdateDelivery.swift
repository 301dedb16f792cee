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
    private var waiting: Poll?
    private var throttle = PollThrottle()
    /// Off by default, so that a test may poll as quickly as it likes.
    var slowsSpinning = false
    private let loop: EventLoop
    private let second: Duration

    /// - Parameter second: the duration of one second of getUpdates' timeout.
    init(on loop: EventLoop, firstID: Int64, second: Duration = .seconds(1)) {
        self.loop = loop
        self.second = second
        queue = UpdateQueue(firstID: firstID)
    }

    /// Creates an update and returns its id; nil if `allowed_updates` excludes its kind or the queue is full.
    func add(_ payload: JSON, as kind: String) -> Int64? {
        guard allowed.admits(kind) else { return nil }
        let id = queue.nextID
        let update: JSON = ["update_id": JSON(id), kind: payload]
        let text = update.asciiBytes
        guard queue.hasRoom(for: text.count) else { return nil }
        insert(text, id: id)
        return id
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
            return reply(BotAPIResponse(updates: updates.map(\.text)))
        }

        endWaiting(.otherPoll)
        let timer = loop.after(timeout) { [weak self] in self?.timeIsUp() }
        waiting = Poll(offset: offset, limit: limit, reply: reply, timer: timer)
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

    /// Stops posting to the webhook.
    func stop() { posting?.stop() }

    func webhookInfo() -> BotAPIResponse {
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
        return BotAPIResponse(result: info)
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
