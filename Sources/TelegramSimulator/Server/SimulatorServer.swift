import BotAPI
import JSON
import Reactor

/// The Bot API over HTTP, for one bot and in the loop: a simulated Telegram that a test feeds with updates, and makes
/// fail as it likes; whoever else wants to does it over HTTP too, below `/simulator/`.
@MainActor package final class SimulatorServer {
    /// A call as it arrived; getUpdates isn't among these but among `polls`.
    package struct ReceivedCall {
        /// As the client wrote it.
        package let method: String
        /// An object. From a JSON body the values are as they came; from a query or a form they are strings.
        package let parameters: JSON
        /// What was uploaded with it, in the order of the form.
        package let files: [ReceivedFile]
        /// What went wrong with it.
        package let fault: Fault?
        /// False where a fault kept Telegram from acting on it.
        package var wasCarriedOut: Bool { fault?.callIsCarriedOut ?? true }

        /// The file that was uploaded for a parameter: by `attach://`, or in a part of the parameter's own name.
        package func file(_ parameter: String) -> ReceivedFile? {
            files.meant(by: Arguments(parameters).text(parameter), parameter: parameter)
        }
    }

    /// A file as it was asked for; getFile is a call.
    package struct Download {
        /// As in `photos/file_1.jpg`.
        package let path: String
        /// The Range header; empty without one.
        package let range: String
        /// What went wrong with it.
        package let fault: Fault?
    }

    /// What answers the calls; another one after a reset.
    package private(set) var telegram: SimulatedTelegram
    /// The bot's; a call with another one is unauthorized.
    package let token: String
    /// Takes any token that looks like one, and not `token` alone.
    package var acceptsAnyToken = false
    /// What the bot has asked for.
    package let history: RequestHistory
    /// Called for each update that is created, with its id and kind; without an id where `allowed_updates` keeps it
    /// from being.
    package var onUpdate: ((_ id: Int64?, _ kind: String) -> Void)?
    /// Called each time that a webhook doesn't take an update, with what getWebhookInfo will tell.
    package var onWebhookError: ((String) -> Void)?

    let loop: EventLoop
    let delivery: UpdateDelivery
    /// What people saw of the bot's doings.
    let actions: NumberedLog
    private(set) var faults = FaultOrders()
    private let http: HTTPServer
    private let host: String

    /// - Parameters:
    ///   - token: the only one that isn't answered with 401.
    ///   - host: an address such as `127.0.0.1` or `::1`.
    ///   - port: 0 lets the system pick one.
    ///   - firstUpdateID: of the first update that is created.
    ///   - keptBytes: of a file that is uploaded; a longer one can't be fetched again.
    package init(
        on loop: EventLoop, token: String = "7:secret", telegram: SimulatedTelegram,
        host: String = "127.0.0.1", port: UInt16 = 0, firstUpdateID: Int64 = 9001, keptBytes: Int = 1 << 20
    ) throws(SystemError) {
        (self.loop, self.token, self.telegram, self.host) = (loop, token, telegram, host)
        http = try HTTPServer(on: loop, host: host, port: port, keptBytes: keptBytes)
        delivery = UpdateDelivery(on: loop, firstID: firstUpdateID)
        (actions, history) = (NumberedLog(on: loop), RequestHistory(on: loop))
        http.onRequest = { [weak self] in self?.receive($0, $1) }
        http.breaksOffAfter = { [weak self] request in
            let method = request.path.baseName ?? ""
            return request.method == "POST" ? self?.faults.nextWithinBody(method: String(method)) : nil
        }
        follow()
    }

    /// Gives out the updates that Telegram makes, and writes down what people see.
    private func follow() {
        telegram.onUpdate = { [weak self] kind, payload in
            guard let self else { return }
            let id = delivery.add(payload, as: kind)
            onUpdate?(id, kind)
        }
        telegram.onAction = { [weak self] action in
            self?.actions.add(action.kind, chat: action.chat, action.json)
        }
    }

    /// Posts updates to the webhook that is set; without it that is stored and never called.
    package func deliverToWebhooks(through client: HTTPClient) {
        delivery.makePosting = { [weak self, loop, telegram] webhook in
            let posting = WebhookDelivery(to: webhook, through: client, on: loop, now: telegram.now)
            posting.onResponse = { self?.carryOut(webhookResponse: $0) }
            posting.onError = { self?.onWebhookError?($0.message) }
            return posting
        }
    }

    /// Begins anew: nobody has appeared, nothing was written, no fault is ordered. What the bot has set stays: its
    /// webhook, and which kinds of updates it wants; so do the numbers, which go on.
    package func reset() {
        telegram = telegram.another()
        follow()
        faults.removeAll()
        actions.removeAll()
        history.removeAll()
        delivery.removeAll()
    }

    isolated deinit { close() }

    /// The calls in the order of arrival, without getUpdates.
    package var calls: [ReceivedCall] { history.calls }
    /// The parameters of each getUpdates, in the order of arrival.
    package var polls: [JSON] { history.polls }
    /// In the order of arrival.
    package var downloads: [Download] { history.downloads }

    /// Stops listening and closes every connection.
    package func close() {
        delivery.stop()
        http.close()
    }

    /// What stands before `/bot<token>/<method>`.
    package var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    package var port: UInt16 { http.port }
    /// How many connections have been accepted since the start.
    package var connectionsOpened: Int { http.connectionsOpened }
    /// How many connections are open.
    package var connectionsOpen: Int { http.connectionsOpen }
    /// As with Telegram, no more updates wait.
    package static let pendingLimit = UpdateQueue.countLimit
    /// How many updates wait for being confirmed.
    package var pendingUpdates: Int { delivery.queue.count }

    /// Slows down a client that spins or fights with another one, as Telegram does: a getUpdates with the
    /// last one's offset waits for 3 s, and the second 409 within 3 s is held back for as long.
    package var slowsSpinning: Bool {
        get { delivery.slowsSpinning }
        set { delivery.slowsSpinning = newValue }
    }

    // MARK: updates

    /// Creates an update; a getUpdates that waits is answered in the loop's next turn.
    ///
    /// - Parameters:
    ///   - payload: a `Message`, a `CallbackQuery`, …
    ///   - kind: its key in the update, as in `message`.
    /// - Returns: the update's id; nil if the client's `allowed_updates` keep such updates from being created.
    @discardableResult
    package func add(_ payload: JSON, as kind: String) -> Int64? {
        telegram.learn(from: payload)
        return delivery.add(payload, as: kind)
    }

    /// Gives out a whole update under its own `update_id`, whatever `allowed_updates` say. One without an
    /// id is left out.
    package func addRaw(_ update: JSON) {
        guard let id = update["update_id"]?.integer else { return }
        update.members.forEach { telegram.learn(from: $0.value) }
        delivery.insert(update.asciiBytes, id: id)
    }

    /// Gives out an update byte for byte, be it JSON or not; the queue has it under `id`.
    package func addRaw(bytes: [UInt8], id: Int64) {
        delivery.insert(bytes, id: id)
    }

    // MARK: files

    /// Stores a file.
    ///
    /// - Parameter path: as getFile tells it, and as it is fetched.
    /// - Returns: its `file_id`.
    package func addFile(_ bytes: [UInt8], path: String) -> String {
        telegram.files.add(.bytes(bytes), path: path)
    }

    /// The same with a file on the disk, which may be as long as it likes.
    package func addFile(_ file: InputFile, path: String) -> String {
        telegram.files.add(.file(file), path: path)
    }

    /// Set for a server as it is with `--local`: where it puts files.
    package var localDirectory: String? {
        get { telegram.files.localDirectory }
        set { telegram.files.localDirectory = newValue }
    }

    // MARK: faults

    /// Orders a fault for the next calls that fit; orders are used up one after the other.
    ///
    /// - Parameters:
    ///   - method: in any case, getUpdates too; `file` is the fetching of a file; nil is all of these.
    ///   - times: how many calls it strikes.
    ///   - chat: strikes only calls with this `chat_id`.
    package func fail(method: String? = nil, times: Int = 1, chat: Int64? = nil, with fault: Fault) {
        faults.add(fault, method: method, chat: chat, times: times)
    }

    /// The fault that was ordered for this call, which is used up; nil for none.
    func nextFault(method: String, chat: String) -> Fault? { faults.next(method: method, chat: chat) }

    /// Takes back what was ordered and hasn't happened.
    package func clearFaults() {
        faults.removeAll()
    }
}
