import JSON
import Reactor

/// Posts updates to a webhook, and retries each one until the webhook accepts it.
@MainActor final class WebhookDelivery {
    /// The last error, as getWebhookInfo shows it.
    struct LastError {
        let date: Int64
        let message: String
    }

    /// The timeout for the webhook's response.
    private static let patience = Duration.seconds(60)

    let webhook: Webhook
    private(set) var lastError: LastError?
    /// Called once for each update that the webhook accepts.
    var onDelivered: (Int64) -> Void = { _ in }
    /// Called with each successful response, which may contain a call, converted to the request that makes this call.
    var onResponse: (HTTPServer.Request) -> Void = { _ in }
    /// Called for each failed post.
    var onError: (LastError) -> Void = { _ in }

    private let client: HTTPClient
    private let loop: EventLoop
    private let now: () -> Int64
    private var queues: WebhookQueues
    private var posts: [Int64: Post] = [:]
    private var isStopped = false
    private var isDue = false

    /// An update that the webhook hasn't accepted yet.
    private struct Post {
        var text: [UInt8]
        /// The request in flight, if any.
        var transfer: Transfer?
        /// The backoff after the webhook didn't accept the update.
        var rest: Rest?
    }

    private struct Rest {
        /// The part that hasn't passed on a manual clock yet.
        var left: Duration
        let timer: Timer
    }

    /// - Parameter now: Unix time in seconds.
    init(to webhook: Webhook, through client: HTTPClient, on loop: EventLoop, now: @escaping () -> Int64) {
        (self.webhook, self.client, self.loop, self.now) = (webhook, client, loop, now)
        queues = WebhookQueues(limit: webhook.connections)
    }

    /// Queues an update.
    func add(_ entry: UpdateQueue.Entry) {
        posts[entry.id, default: Post(text: entry.text)].text = entry.text
        queues.add(entry.id, to: Self.queue(of: entry))
        postSoon()
    }

    /// Stops posting, and cancels the requests in flight.
    func stop() {
        isStopped = true
        posts.values.compactMap(\.transfer).forEach(client.cancel)
        posts.values.forEach { $0.rest?.timer.cancel() }
        posts = [:]
    }

    /// Ends the backoffs that a manual clock's advance ends.
    func passTime(_ duration: Duration) {
        for update in posts.keys {
            posts[update]?.rest?.left -= duration
            if let rest = posts[update]?.rest, rest.left <= .zero { endRest(of: update) }
        }
    }

    private func postSoon() {
        guard !isDue else { return }
        isDue = true
        loop.soon { [weak self] in self?.postNext() }
    }

    private func postNext() {
        isDue = false
        while !isStopped, let update = queues.next() { post(update) }
    }

    private func post(_ update: Int64) {
        var request = HTTPClient.Request(
            url: webhook.url, body: .json(posts[update]?.text ?? []), timeout: Self.patience)
        request.headers = webhook.headers
        request.acceptsAnyCertificate = webhook.hasCertificate
        posts[update]?.transfer = client.send(request) { [weak self] result in
            guard let self, !isStopped else { return }
            posts[update]?.transfer = nil
            handle(result, of: update)
            postNext()
        }
    }

    private func handle(_ result: Result<HTTPClient.Response, HTTPClient.Failure>, of update: Int64) {
        switch result {
        case .success(let response) where (200..<300).contains(response.status):
            posts[update] = nil
            queues.delivered(update)
            onDelivered(update)
            onResponse(
                HTTPServer.Request(
                    method: "POST", path: "", contentType: response.contentType, body: response.body,
                    parts: response.parts))
        case .success(let response):
            let words = "\(response.status) \(HTTPStatus.reasonPhrase(response.status) ?? "")"
                .split(separator: " ").joined(separator: " ")
            failed(
                update, "Wrong response from the webhook: \(words)",
                wanted: .seconds(response.retryAfter))
        case .failure(let failure):
            failed(update, Self.words(failure))
        }
    }

    private func failed(_ update: Int64, _ message: String, wanted: Duration = .zero) {
        let error = LastError(date: now(), message: message)
        lastError = error
        let duration = queues.failed(update, wanted: wanted)
        let timer = loop.after(duration) { [weak self] in self?.endRest(of: update) }
        posts[update]?.rest = Rest(left: duration, timer: timer)
        onError(error)
    }

    private func endRest(of update: Int64) {
        posts[update]?.rest?.timer.cancel()
        posts[update]?.rest = nil
        queues.rested(update)
        postSoon()
    }

    /// Telegram's message for a failure, or the failure's own reason if Telegram has no message for it.
    private static func words(_ failure: HTTPClient.Failure) -> String {
        let reason = failure.reason.lowercased()
        if reason.contains("timed out") || reason.contains("timeout") { return "Read timeout expired" }
        if reason.contains("connect to server") { return "Connection refused" }
        return failure.reason
    }

    /// The queue of an update: its chat's id, else its user's id. Updates with neither share one queue.
    private static func queue(of entry: UpdateQueue.Entry) -> String {
        guard let update = try? JSON(parsing: entry.text) else { return "" }
        for payload in update.members.map(\.value) where payload.isObject {
            let chat = payload["chat"] ?? payload["message"]?["chat"] ?? payload["from"] ?? payload["user"]
            if let id = chat?["id"]?.integer { return String(id) }
        }
        return ""
    }
}
