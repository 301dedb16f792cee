import BotAPI
import Logging
import Reactor

/// The HTTP server to which Telegram posts updates, by way of a reverse proxy.
@MainActor final class WebhookListener {
    /// Telegram's largest update has 512 KiB.
    static let bodyLimit = 4 << 20
    /// For those that connect to it besides Telegram, such as health checks.
    private static let spareConnections = 8

    private enum State {
        /// Telegram doesn't know the secret yet.
        case starting
        case open
        case stopping
    }

    /// Why requests are rejected, each with a log record for the first one.
    private enum Rejection: Int {
        case noSecret, wrongSecret, tooLarge

        var status: Int { self == .tooLarge ? 413 : 403 }

        var message: Logger.Message {
            switch self {
            case .noSecret:
                """
                rejected a request without the header \(WebhookSecret.header): it isn't Telegram's, or the proxy \
                doesn't pass the header. Further ones aren't logged
                """
            case .wrongSecret:
                "rejected a request with another secret: it isn't Telegram's, or an old one. Further ones aren't logged"
            case .tooLarge:
                """
                rejected a request of more than \(WebhookListener.bodyLimit >> 20) MiB: no update is that large. \
                Further ones aren't logged
                """
            }
        }
    }

    /// Called for each update with its request, which waits for the answer.
    var onUpdate: (Update, HTTPServer.Responder) -> Void = { $1.respond(status: 503) }
    /// Called for each request of Telegram's.
    var onRequest: () -> Void = {}

    private let server: HTTPServer
    private let secret: WebhookSecret
    private let log: Logger
    private var parser = WebhookRequestParser()
    private var state = State.starting
    private var logged: Set<Rejection> = []

    /// - Parameters:
    ///   - host: an IP address, or the path of a Unix socket, with a `/`.
    ///   - connections: how many updates Telegram posts at a time.
    init(
        at host: String, port: UInt16, secret: WebhookSecret, connections: Int, on loop: EventLoop,
        log: Logger
    ) throws(SystemError) {
        (self.secret, self.log) = (secret, log)
        var limits = HTTPServer.Limits()
        limits.connections = connections + Self.spareConnections
        // Longer than proxies keep idle connections.
        limits.idleTimeout = .seconds(75)
        limits.body = Self.bodyLimit
        server = try HTTPServer(on: loop, host: host, port: port, limits: limits)
        server.rejects = { [unowned self] in rejection(of: $0) }
        server.onRequest = { [unowned self] in handle($0, $1) }
    }

    var port: UInt16 { server.port }

    /// Telegram knows the secret: a request without it isn't Telegram's.
    func opened() {
        if state == .starting { state = .open }
    }

    /// Accepts no more updates. Requests that wait for their answer still get it.
    func stop() { state = .stopping }

    func close() { server.close() }

    // MARK: requests

    /// The status for a request that is rejected by its headers: its body isn't kept.
    private func rejection(of request: HTTPServer.Request) -> Int? {
        let given = request.header(WebhookSecret.header)
        guard let given, secret.matches(given) else {
            // A proxy's health check, or an update with the last run's secret.
            guard state == .open else { return 503 }
            return status(given == nil ? .noSecret : .wrongSecret)
        }
        guard state != .stopping else { return 503 }
        let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
        return length > Self.bodyLimit ? status(.tooLarge) : nil
    }

    private func status(_ rejection: Rejection) -> Int {
        if logged.insert(rejection).inserted { log.warning(rejection.message) }
        return rejection.status
    }

    private func handle(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        guard request.method == "POST" else {
            return responder.respond(status: 405, headers: [("Allow", "POST")])
        }
        guard state != .stopping else { return responder.respond(status: 503) }
        onRequest()
        switch parser.read(request.body) {
        case .update(let update): onUpdate(update, responder)
        case .skip(let reason):
            log.error("\(reason)")
            responder.respond(status: 200)
        case .unreadable(let reason):
            log.warning("can't read the body of a request (\(reason)); Telegram sends it again")
            responder.respond(status: 400)
        }
    }
}
