import BotAPI
import Logging
import Reactor

/// Updates that Telegram posts to a webhook. An update is answered once it is stored; until then Telegram keeps it and
/// posts it again.
///
/// Telegram posts the updates of one chat one after the other and those of several chats at a time, so their ids come in
/// any order.
package final class WebhookSource: TelegramSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void {
        get { registration.onEnd }
        set { registration.onEnd = newValue }
    }
    package var onAnswer: () -> Void {
        get { registration.onAnswer }
        set { registration.onAnswer = newValue }
    }

    private let listener: WebhookListener
    private let registration: WebhookRegistration
    private let loop: EventLoop
    private var taken: TakenUpdates
    /// The requests for each update that isn't stored yet.
    private var waiting: [Int64: [HTTPServer.Responder]] = [:]

    /// The time in which the last answers reach the proxy. One that doesn't costs nothing: its update is known when it
    /// comes again.
    private static let lastAnswerTime = Duration.milliseconds(50)

    /// Listens at once, and answers 503 until `start`. Fails if it can't.
    ///
    /// - Parameters:
    ///   - host: an IP address, or the path of a Unix socket, with a `/`.
    ///   - port: 0 lets the system pick one.
    package init(
        at host: String, port: UInt16, options: Options, api: BotAPIClient, on loop: EventLoop, log: Logger
    ) throws(SystemError) {
        (self.loop, taken) = (loop, options.taken ?? TakenUpdates())
        listener = try WebhookListener(
            at: host, port: port, secret: options.secret, connections: options.connections, on: loop, log: log
        )
        registration = WebhookRegistration(options, api: api, on: loop, log: log)
    }

    /// The port on which it listens.
    package var port: UInt16 { listener.port }

    package let isWebhook = true
    package var lastPoll: Int64? { registration.troubles.lastPoll }
    package var lastAnswer: Int64? { registration.troubles.lastAnswer }
    package var isFailing: Bool { registration.isFailing }
    package var errors: Int { registration.troubles.errors }

    package func start() {
        listener.onUpdate = { [unowned self] in receive($0, $1) }
        listener.onRequest = { [unowned self] in registration.requestCame() }
        registration.onSet = { [unowned self] in listener.opened() }
        registration.start()
    }

    package func stop() {
        listener.stop()
        registration.stop()
    }

    /// The webhook stays set: Telegram keeps updates for the next start.
    package func confirm(then done: @escaping () -> Void) {
        loop.after(Self.lastAnswerTime) { [self] in
            listener.close()
            done()
        }
    }

    /// Closes every connection; after `confirm` there is none.
    package func close() { listener.close() }

    private func receive(_ update: Update, _ responder: HTTPServer.Responder) {
        let id = update.id
        guard waiting[id] == nil else {
            // Telegram didn't wait for the first one's answer.
            waiting[id]?.removeAll(where: \.clientIsGone)
            waiting[id]?.append(responder)
            return
        }
        let new = taken.unknown([update])
        guard !new.isEmpty else { return responder.respond(status: 200) }
        waiting[id] = [responder]
        onUpdates(UpdateBatch(new) { [weak self] in self?.stored(id) })
    }

    private func stored(_ id: Int64) {
        taken.note(id)
        for responder in waiting.removeValue(forKey: id) ?? [] { responder.respond(status: 200) }
    }
}
