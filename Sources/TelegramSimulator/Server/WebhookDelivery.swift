import JSON
import Reactor

/// Posts updates to a webhook, each until it was taken.
@MainActor final class WebhookDelivery {
    /// What went wrong last, as getWebhookInfo tells it.
    struct LastError {
        let date: Int64
        let message: String
    }

    /// The longest that a webhook may take to answer.
    private static let patience = Duration.seconds(60)

    let webhook: Webhook
    private(set) var lastError: LastError?
    /// Called once for each update that the webhook took.
    var onDelivered: (Int64) -> Void = { _ in }
    /// Called with a response's body where it may be a call, in the shape of a request that makes it.
    var onResponse: (HTTPServer.Request) -> Void = { _ in }
    /// Called with what went wrong, each time.
    var onError: (LastError) -> Void = { _ in }

    private let client: HTTPClient
    private let loop: EventLoop
    private let now: () -> Int64
    private var queues: WebhookQueues
    private var posts: [Int64: Post] = [:]
    private var isStopped = false
    private var isDue = false

    /// An update that the webhook hasn't taken.
    private struct Post {
        var text: [UInt8]
        /// While it is in flight.
        var transfer: Transfer?
    }

    /// - Parameter now: Unix time in seconds.
    init(to webhook: Webhook, through client: HTTPClient, on loop: EventLoop, now: @escaping () -> Int64) {
        (self.webhook, self.client, self.loop, self.now) = (webhook, client, loop, now)
        queues = WebhookQueues(limit: webhook.connections)
    }

    /// Posts an update once it is its turn.
    func add(_ entry: UpdateQueue.Entry) {
        posts[entry.id, default: Post(text: entry.text)].text = entry.text
        queues.add(entry.id, to: Self.queue(of: entry))
        postSoon()
    }

    /// Posts no more, and gives up what is in flight.
    func stop() {
        isStopped = true
        posts.values.compactMap(\.transfer).forEach(client.cancel)
        posts = [:]
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
        loop.after(queues.failed(update, wanted: wanted)) { [weak self] in
            self?.queues.rested(update)
            self?.postNext()
        }
        onError(error)
    }

    /// In Telegram's words, where it has some of its own.
    private static func words(_ failure: HTTPClient.Failure) -> String {
        let reason = failure.reason.lowercased()
        if reason.contains("timed out") || reason.contains("timeout") { return "Read timeout expired" }
        if reason.contains("connect to server") { return "Connection refused" }
        return failure.reason
    }

    /// The chat that an update belongs to, else the person; what names neither is in a queue with its like.
    private static func queue(of entry: UpdateQueue.Entry) -> String {
        guard let update = try? JSON(parsing: entry.text) else { return "" }
        for payload in update.members.map(\.value) where payload.isObject {
            let chat = payload["chat"] ?? payload["message"]?["chat"] ?? payload["from"] ?? payload["user"]
            if let id = chat?["id"]?.integer { return String(id) }
        }
        return ""
    }
}
