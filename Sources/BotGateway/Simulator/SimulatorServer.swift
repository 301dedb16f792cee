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
        /// What was uploaded with it, in the order of the form.
        public let files: [ReceivedFile]
        /// What went wrong with it.
        public let fault: Fault?
        /// False where a fault kept Telegram from acting on it.
        public var wasCarriedOut: Bool { fault?.callIsCarriedOut ?? true }

        /// The file that was uploaded for a parameter: by `attach://`, or in a part of the parameter's own name.
        public func file(_ parameter: String) -> ReceivedFile? {
            files.meant(by: Arguments(parameters).text(parameter), parameter: parameter)
        }
    }

    /// A file as it was asked for; getFile is a call.
    public struct Download {
        /// As in `photos/file_1.jpg`.
        public let path: String
        /// The Range header; empty without one.
        public let range: String
        /// What went wrong with it.
        public let fault: Fault?
    }

    public let telegram: SimulatedTelegram
    public let token: String
    /// In the order of arrival.
    public private(set) var calls: [ReceivedCall] = []
    /// The parameters of each getUpdates, in the order of arrival.
    public private(set) var polls: [JSON] = []
    /// In the order of arrival.
    public private(set) var downloads: [Download] = []
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
        http.breaksOffAfter = { [weak self] request in
            let method = request.path.split(separator: "/").last ?? ""
            return request.method == "POST" ? self?.faults.nextWithinBody(method: String(method)) : nil
        }
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

    // MARK: files

    /// Stores a file.
    ///
    /// - Parameter path: as getFile tells it, and as it is fetched.
    /// - Returns: its `file_id`.
    public func addFile(_ bytes: [UInt8], path: String) -> String {
        telegram.files.add(.bytes(bytes), path: path)
    }

    /// The same with a file on the disk, which may be as long as it likes.
    public func addFile(_ file: InputFile, path: String) -> String {
        telegram.files.add(.file(file), path: path)
    }

    /// Set for a server as it is with `--local`: where it puts files.
    public var localDirectory: String? {
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
        if request.method == "GET", request.path.hasPrefix("/file/bot\(token)/") {
            return serve(request, responder)
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
        default:
            reply(BotAPIAnswer(telegram.answer(request.method, request.parameters, files: request.files)))
        }
    }

    private func serve(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        let path = String(request.path.dropFirst("/file/bot\(token)/".count))
        let fault = faults.next(method: "file", chat: "")
        downloads.append(Download(path: path, range: request.range, fault: fault))
        let file = telegram.files.served(path)
        let answer = {
            guard var file else { return responder.answer(BotAPIAnswer(error: .notFound)) }
            if case .closeAfterBytes(let count) = fault { file.breaksOffAfter = count }
            responder.answer(file)
        }
        switch fault {
        case nil, .closeAfterBytes: answer()
        case .delay(let delay): loop.after(delay, answer)
        case .htmlAfter(let status): responder.fail(with: .html(status))
        case .hangAfter: responder.hang()
        case let fault?: responder.fail(with: fault)
        }
    }

    private func record(_ request: BotAPIRequest, _ fault: Fault?) {
        guard request.method.lowercased() != "getupdates" else { return polls.append(request.parameters) }
        let call = ReceivedCall(
            method: request.method, parameters: request.parameters, files: request.files, fault: fault)
        calls.append(call)
        onCall?(call)
    }
}
