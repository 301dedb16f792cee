import JSON
import Reactor

/// The Bot API over HTTP on 127.0.0.1, for one bot and in the loop: a simulated Telegram that a test feeds
/// with updates, and makes fail as it likes.
@MainActor public final class SimulatorServer {
    /// A call as it arrived; getUpdates isn't among these but among `polls`.
    public struct ReceivedCall {
        /// As the client wrote it.
        public let method: String
        /// An object. From a JSON body the values are as they came; from a query or a form they are strings.
        public let parameters: JSON
        /// What went wrong with it.
        public let fault: Fault?
        /// False where a fault kept Telegram from acting on it.
        public var wasCarriedOut: Bool { fault?.callIsCarriedOut ?? true }
    }

    public let telegram: SimulatedTelegram
    public let token: String
    /// In the order of arrival.
    public private(set) var calls: [ReceivedCall] = []
    /// The parameters of each getUpdates, in the order of arrival.
    public private(set) var polls: [JSON] = []
    /// Called from the loop for each call, before it is carried out and answered.
    public var onCall: ((ReceivedCall) -> Void)?

    private let loop: EventLoop
    private let http: HTTPServer
    private let delivery: UpdateDelivery
    private var faults = FaultOrders()

    /// - Parameters:
    ///   - token: the only one that isn't answered with 401.
    ///   - port: 0 lets the system pick one.
    ///   - firstUpdateID: of the first update that `add` creates.
    public init(
        on loop: EventLoop, token: String = "7:secret", telegram: SimulatedTelegram, port: UInt16 = 0,
        firstUpdateID: Int64 = 9001
    ) throws(SystemError) {
        self.loop = loop
        self.token = token
        self.telegram = telegram
        http = try HTTPServer(on: loop, port: port)
        delivery = UpdateDelivery(on: loop, firstID: firstUpdateID)
        http.onRequest = { [weak self] in self?.receive($0, $1) }
    }

    isolated deinit { close() }

    /// Stops listening and closes every connection.
    public func close() {
        http.close()
    }

    /// What stands before `/bot<token>/<method>`.
    public var url: String { "http://127.0.0.1:\(port)" }
    public var port: UInt16 { http.port }
    /// How many connections have been accepted since the start.
    public var connectionsOpened: Int { http.connectionsOpened }
    /// How many connections are open.
    public var connectionsOpen: Int { http.connectionsOpen }
    /// How many updates wait for being confirmed.
    public var pendingUpdates: Int { delivery.queue.count }

    /// Slows down a client that spins or fights with another one, as Telegram does: a getUpdates with the
    /// last one's offset waits for 3 s, and the second 409 within 3 s is held back for as long.
    public var slowsSpinning: Bool {
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
    public func add(_ payload: JSON, as kind: String) -> Int64? {
        telegram.noteUpdate(payload)
        return delivery.add(payload, as: kind)
    }

    /// Gives out a whole update under its own `update_id`, whatever `allowed_updates` say. One without an
    /// id is left out.
    public func addRaw(_ update: JSON) {
        guard let id = update["update_id"]?.integer else { return }
        update.members.forEach { telegram.noteUpdate($0.value) }
        delivery.insert(update.asciiBytes, id: id)
    }

    /// Gives out an update byte for byte, be it JSON or not; the queue has it under `id`.
    public func addRaw(bytes: [UInt8], id: Int64) {
        delivery.insert(bytes, id: id)
    }

    // MARK: faults

    /// Orders a fault for the next calls that fit; orders are used up one after the other.
    ///
    /// - Parameters:
    ///   - method: in any case, getUpdates too; nil is every method.
    ///   - times: how many calls it strikes.
    ///   - chat: strikes only calls with this `chat_id`.
    public func fail(method: String? = nil, times: Int = 1, chat: Int64? = nil, with fault: Fault) {
        faults.add(fault, method: method, chat: chat, times: times)
    }

    /// Takes back what was ordered and hasn't happened.
    public func clearFaults() {
        faults.removeAll()
    }

    // MARK: requests

    private func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        guard ["GET", "POST"].contains(request.method) else {
            return responder.answer(status: 501, headers: [("Connection", "close")])
        }
        do throws(BotAPIError) {
            carryOut(try BotAPIRequest(request, token: token), responder)
        } catch {
            responder.answer(BotAPIAnswer(error: error))
        }
    }

    private func carryOut(_ request: BotAPIRequest, _ responder: HTTPServer.Responder) {
        let arguments = Arguments(request.parameters)
        let fault = faults.next(method: request.method, chat: arguments.text("chat_id"))
        record(request, fault)
        if let fault, !fault.callIsCarriedOut { return responder.fail(with: fault) }

        let reply = { [loop] (answer: BotAPIAnswer) in responder.answer(answer, spoiltBy: fault, on: loop) }
        switch request.method.lowercased() {
        case "getupdates": delivery.getUpdates(arguments, then: reply)
        case "setwebhook": reply(delivery.setWebhook(arguments))
        case "deletewebhook": reply(delivery.deleteWebhook(arguments))
        case "getwebhookinfo": reply(delivery.webhookInfo())
        default: reply(BotAPIAnswer(telegram.answer(request.method, request.parameters)))
        }
    }

    private func record(_ request: BotAPIRequest, _ fault: Fault?) {
        guard request.method.lowercased() != "getupdates" else { return polls.append(request.parameters) }
        let call = ReceivedCall(method: request.method, parameters: request.parameters, fault: fault)
        calls.append(call)
        onCall?(call)
    }
}
