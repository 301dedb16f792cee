import BotGateway
import Glibc
import Logging
import Reactor

/// Serves metrics, and whether the gateway is healthy, over HTTP.
@MainActor final class MetricsEndpoint {
    let metrics = GatewayMetrics()
    /// Nil before the bot is signed in.
    var gateway: RunningGateway?

    /// How many it accepts at a time.
    static let connections = 32

    private static let methods = ["GET", "HEAD"]
    private let server: HTTPServer
    private let address: ServerAddress
    private let started = Int(time(nil))

    init(at address: ServerAddress, on loop: EventLoop, log: Logger) throws {
        self.address = address
        address.removeAbandoned()
        var limits = HTTPServer.Limits()
        // Children can connect too, and mustn't use up the gateway's descriptors.
        (limits.connections, limits.idleTimeout, limits.body) = (Self.connections, .seconds(30), 0)
        do {
            server = try HTTPServer(on: loop, host: address.host, port: address.port, limits: limits)
        } catch {
            throw address.failure(error, of: "--metrics", to: "serve metrics", port: 9464)
        }
        // Else a body would be what is wrong with the request.
        server.rejects = { Self.methods.contains($0.method) ? nil : 405 }
        server.onRequest = { [unowned self] in answer($0, $1) }
        log.info("metrics: \(place)")
    }

    func close() {
        server.close()
        address.removeAbandoned()
    }

    private var place: String {
        switch address {
        case .socket(let path): "/metrics on the Unix socket \(path)"
        case .port(let address):
            "http://\(address.host.contains(":") ? "[\(address.host)]" : address.host):\(server.port)/metrics"
        }
    }

    // MARK: requests

    private func answer(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        switch request.path {
        case "/metrics":
            let format = MetricsText.Format(accept: request.header("Accept"))
            responder.respond(status: 200, contentType: format.contentType, body: page(format))
        case "/healthz": answer(responder, 200, "ok")
        case "/readyz":
            let reason = gateway.map { $0.reasonNotReady } ?? "not signed in yet"
            answer(responder, reason == nil ? 200 : 503, reason.map { "not ready: \($0)" } ?? "ready")
        default: answer(responder, 404, "there are /metrics, /healthz and /readyz")
        }
    }

    private func answer(_ responder: HTTPServer.Responder, _ status: Int, _ text: String) {
        responder.respond(
            status: status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }

    private func page(_ format: MetricsText.Format) -> [UInt8] {
        var text = MetricsText(format)
        text.gauge(
            "pipegram_build_info", "The version of pipegram.", by: "version", [(Version.current, 1)])
        metrics.write(to: &text)
        gateway?.writeGauges(to: &text)
        let usage = ProcessUsage.current
        text.counter("process_cpu_seconds", "Processor time of the gateway, without its children.", usage.cpu)
        text.gauge("process_resident_memory_bytes", "Memory of the gateway.", usage.residentMemory)
        text.gauge("process_open_fds", "Open file descriptors.", usage.openFiles)
        text.gauge("process_max_fds", "The most file descriptors.", usage.openFilesLimit)
        text.gauge("process_start_time_seconds", "When the gateway started.", started)
        return text.bytes
    }
}
