import BotAPI
import JSON
import Reactor

/// Serves the Bot API over HTTP for a bot, or several, from a simulated Telegram in the same event loop. Tests add
/// updates and order faults directly; other programs use the control API below `/simulator/`. Without a name, a bot is
/// the first one.
@MainActor package final class SimulatorServer {
    /// A call as it arrived. Each getUpdates is in `polls` instead.
    package struct ReceivedCall {
        /// The id of the bot.
        package let bot: Int64
        /// The method as the client wrote it.
        package let method: String
        /// An object. Values from a JSON body keep their types; values from a query or a form are strings.
        package let parameters: JSON
        /// The uploaded files, in the order of the form.
        package let files: [ReceivedFile]
        /// The fault ordered for the call; nil for none.
        package let fault: Fault?
        let arrival: Instant
        /// False if a fault kept Telegram from carrying out the call.
        package var wasCarriedOut: Bool { fault?.callIsCarriedOut ?? true }

        /// The file uploaded for a parameter: via `attach://`, or in the part with the parameter's name.
        package func file(_ parameter: String) -> ReceivedFile? {
            files.meant(by: Arguments(parameters).text(parameter), parameter: parameter)
        }
    }

    /// A download of a file. A getFile is a call.
    package struct Download {
        /// The file's path, such as `photos/file_1.jpg`.
        package let path: String
        /// The Range header; empty if there was none.
        package let range: String
        /// The fault ordered for the download; nil for none.
        package let fault: Fault?
    }

    private(set) var bots: BotEndpoints
    /// The bots' requests.
    package let history: RequestHistory
    /// Called for each update, with its bot, id and kind. The id is nil if the update isn't created, because
    /// `allowed_updates` excludes its kind or too many updates are pending.
    package var onUpdate: ((_ bot: Int64, _ id: Int64?, _ kind: String) -> Void)?
    /// Called whenever a webhook doesn't accept an update, with the error message for getWebhookInfo.
    package var onWebhookError: ((String) -> Void)?
    /// Called with a message that privacy mode hides from a bot.
    package var onUnseen: ((_ bot: Int64, _ message: JSON) -> Void)? { didSet { bots.all.forEach(follow) } }

    let loop: EventLoop
    /// The bots' actions, as users see them.
    let actions: NumberedLog
    /// Delivers updates to webhooks; nil if they aren't called.
    private var webhookClient: HTTPClient?
    private(set) var faults: FaultOrders
    private let http: HTTPServer
    private let host: String
    private let firstUpdateID: Int64

    /// - Parameters:
    ///   - token: the bot's token; calls with another token get error 401.
    ///   - host: an address such as `127.0.0.1` or `::1`.
    ///   - port: 0 lets the system choose a port.
    ///   - firstUpdateID: the id of each bot's first update.
    ///   - keptBytes: the maximum size of an uploaded file that can be downloaded again.
    package init(
        on loop: EventLoop, token: String = "7:secret", telegram: SimulatedTelegram,
        host: String = "127.0.0.1", port: UInt16 = 0, firstUpdateID: Int64 = 9001, keptBytes: Int = 1 << 20
    ) throws(SystemError) {
        (self.loop, self.host, self.firstUpdateID) = (loop, host, firstUpdateID)
        var limits = HTTPServer.Limits()
        limits.keptBytes = keptBytes
        http = try HTTPServer(on: loop, host: host, port: port, limits: limits)
        let delivery = UpdateDelivery(on: loop, firstID: firstUpdateID)
        bots = BotEndpoints(BotEndpoint(telegram, token: token, delivery: delivery, isPermanent: true))
        (actions, history) = (NumberedLog(on: loop), RequestHistory(on: loop))
        faults = FaultOrders(isManual: telegram.clock.isManual)
        http.onRequest = { [weak self] in self?.receive($0, $1) }
        http.breaksOffAfter = { [weak self] request in
            guard let self, request.method == "POST", refusal(of: request) == nil else { return nil }
            let bot = bots.endpoint(token: BotAPIRequest.token(in: request.path)) ?? bots.first
            return faults.nextWithinBody(method: String(request.path.baseName ?? ""), bot: bot.id)
        }
        follow(bots.first)
    }

    func add(_ telegram: SimulatedTelegram, token: String, isPermanent: Bool) -> BotEndpoint {
        let next = bots.nextUpdate(of: telegram.botID) ?? firstUpdateID
        let delivery = UpdateDelivery(on: loop, firstID: next)
        delivery.slowsSpinning = slowsSpinning
        let endpoint = BotEndpoint(telegram, token: token, delivery: delivery, isPermanent: isPermanent)
        bots.add(endpoint)
        follow(endpoint)
        return endpoint
    }

    /// Queues the updates that Telegram creates for a bot, and logs its actions.
    private func follow(_ bot: BotEndpoint) {
        let id = bot.id
        bot.delivery.onInsert = { [history] in history.traffic.add("update", bot: id, $0) }
        bot.delivery.makePosting = webhookClient.map { client in
            { [weak self, weak bot, loop, clock = telegram.clock] webhook in
                let posting = WebhookDelivery(to: webhook, through: client, on: loop) { clock.now }
                posting.onResponse = { if let bot { self?.carryOut(webhookResponse: $0, of: bot) } }
                posting.onError = { self?.onWebhookError?($0.message) }
                return posting
            }
        }
        bot.telegram.onUpdate = { [weak self, delivery = bot.delivery] kind, payload in
            let update = delivery.add(payload, as: kind)
            self?.onUpdate?(id, update, kind)
        }
        if let onUnseen { bot.telegram.onUnseen = { onUnseen(id, $0) } }
        bot.telegram.onAction = { [weak self] action in
            let text = action.json.bytes
            self?.actions.add(action.kind, bot: id, chat: action.chat, text)
            self?.history.traffic.add("action", bot: id, text)
            if case .message(let message, _) = action { self?.closeLater(message["poll"]) }
        }
    }

    /// The simulated Telegram as the first bot sees it; `reset` replaces it.
    package var telegram: SimulatedTelegram { bots.first.telegram }

    var delivery: UpdateDelivery { bots.first.delivery }

    /// The first bot's token; calls with a token of no bot get error 401.
    package var token: String { bots.first.token }

    /// Whether to accept any well-formed token. If its number is no bot's, it is taken for the first bot's.
    package var acceptsAnyToken: Bool {
        get { bots.acceptsAnyToken }
        set { bots.acceptsAnyToken = newValue }
    }

    /// Closes a poll when its time is up, even if no request comes then.
    private func closeLater(_ poll: JSON?) {
        guard let end = poll?["close_date"]?.integer else { return }
        let delay = Duration.seconds(max(end - telegram.clock.now, 0))
        loop.after(delay) { [weak self] in self?.passTime() }
    }

    /// Enables webhooks: updates are posted to the webhook of their bot. Otherwise a webhook is stored, but never called.
    package func deliverToWebhooks(through client: HTTPClient) {
        webhookClient = client
        bots.all.forEach(follow)
    }

    /// Deletes all chats, users, files, faults, and pending updates, the bots that were added, and the history. All
    /// numbering continues.
    ///
    /// - Parameter withSettings: whether to delete webhooks and `allowed_updates`, too.
    package func reset(withSettings: Bool = false) {
        bots.startAgain()
        bots.all.forEach(follow)
        faults.removeAll()
        actions.removeAll()
        history.removeAll()
        bots.all.map(\.delivery).forEach { withSettings ? $0.resetSettings() : $0.removeAll() }
    }

    /// Advances a manual clock by a time such as `24h`, and carries out what happens until then.
    func advanceClock(by text: String) throws(BotAPIError) {
        let before = telegram.clock.now
        try telegram.advanceClock(by: text)
        passTime()
        let passed = Duration.seconds(telegram.clock.now - before)
        bots.all.forEach { $0.delivery.passTime(passed) }
    }

    /// Ends whatever ends by itself.
    func passTime() { bots.all.forEach { $0.telegram.passTime() } }

    isolated deinit { close() }

    /// The calls in the order of arrival, without getUpdates.
    package var calls: [ReceivedCall] { history.calls }
    /// The parameters of each getUpdates, in the order of arrival.
    package var polls: [JSON] { history.polls }
    /// The downloads in the order of arrival.
    package var downloads: [Download] { history.downloads }

    /// Stops listening and closes every connection.
    package func close() {
        bots.all.forEach { $0.delivery.stop() }
        http.close()
    }

    /// The URL to put before `/bot<token>/<method>`.
    package var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    package var port: UInt16 { http.port }

    /// The error for a web page's request; nil if the request is accepted.
    func refusal(of request: HTTPServer.Request) -> BotAPIError? {
        RequestOrigin(of: request).refusal(listeningOn: host, url: url)
    }

    /// The number of connections accepted since the start.
    package var connectionsOpened: Int { http.connectionsOpened }
    /// The number of open connections.
    package var connectionsOpen: Int { http.connectionsOpen }
    /// The maximum number of pending updates, as with Telegram.
    package static let pendingLimit = UpdateQueue.countLimit
    /// The number of updates that aren't confirmed yet.
    package var pendingUpdates: Int { delivery.queue.count }
    package func pendingUpdates(of bot: Int64) -> Int {
        bots.all.first { $0.id == bot }?.delivery.queue.count ?? 0
    }
    package var botCount: Int { bots.all.count }

    /// Whether to throttle a client like Telegram: a getUpdates that repeats the last offset within 3 s waits for up to
    /// 3 s, and a second 409 error within 3 s is delayed by 3 s.
    package var slowsSpinning: Bool {
        get { delivery.slowsSpinning }
        set { bots.all.forEach { $0.delivery.slowsSpinning = newValue } }
    }

    // MARK: updates

    /// Creates an update. A waiting getUpdates is answered in the loop's next turn.
    ///
    /// - Parameters:
    ///   - payload: a `Message`, a `CallbackQuery`, …
    ///   - kind: the payload's key in the update, such as `message`.
    /// - Returns: the update's id; nil if the update isn't created, because `allowed_updates` excludes its kind or too
    ///   many updates are pending.
    @discardableResult
    package func add(_ payload: JSON, as kind: String) -> Int64? {
        telegram.learn(from: payload)
        return delivery.add(payload, as: kind)
    }

    /// Adds a complete update with its own `update_id`, regardless of `allowed_updates`. An update without an id is
    /// ignored.
    package func addRaw(_ update: JSON) { addRaw(update, for: bots.first) }

    func addRaw(_ update: JSON, for bot: BotEndpoint) {
        guard let id = update["update_id"]?.integer else { return }
        update.members.forEach { bot.telegram.learn(from: $0.value) }
        bot.delivery.insert(update.asciiBytes, id: id)
    }

    /// Adds an update byte for byte, whether or not it is JSON, under `id` in the queue.
    package func addRaw(bytes: [UInt8], id: Int64) {
        delivery.insert(bytes, id: id)
    }

    // MARK: faults

    /// Orders a fault for the next matching calls. Orders are used up one after the other.
    ///
    /// - Parameters:
    ///   - method: in any case; also getUpdates, `file` for downloads, or `calls` for all but these two; nil for all.
    ///   - times: the number of calls that fail.
    ///   - chat: the `chat_id` of the calls; nil for any.
    ///   - bot: the id of the bot; nil for any.
    package func fail(
        method: String? = nil, times: Int = 1, chat: Int64? = nil, bot: Int64? = nil, with fault: Fault
    ) {
        faults.add(fault, method: method, chat: chat, bot: bot, times: times)
    }

    /// Uses up the fault ordered for this call; nil for none.
    func nextFault(method: String, chat: String, bot: Int64) -> Fault? {
        faults.next(method: method, chat: chat, bot: bot, at: telegram.clock.now)
    }

    /// Cancels the pending fault orders that concern a bot; nil for all.
    package func clearFaults(of bot: Int64? = nil) {
        faults.removeAll(of: bot)
    }
}
