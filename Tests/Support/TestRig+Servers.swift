import BotAPI
import BotGateway
import Reactor
import TelegramSimulator

extension TestRig {
    /// A Bot API on 127.0.0.1, where it is 22:13 on the 14th of November 2023.
    package func simulator(
        strictness: Strictness = .lenient, clock: SimulatedClock = .running { 1_700_000_000 },
        port: UInt16 = 0, firstUpdateID: Int64 = 9001
    ) throws -> SimulatorServer {
        let telegram = SimulatedTelegram(strictness: strictness, clock: clock)
        return try SimulatorServer(on: loop, telegram: telegram, port: port, firstUpdateID: firstUpdateID)
    }

    package func client(
        connections: Int = 4, renewal: HTTPClient.Renewal = .init(requests: 500)
    ) -> HTTPClient {
        HTTPClient(on: loop, connections: connections, userAgent: "test", renewal: renewal)
    }

    /// The gateway's own client, of a server at `url`.
    package func api(at url: String, token: String = "7:secret") throws -> BotAPIClient {
        BotAPIClient(
            url: try ServerURL(url), token: try BotToken(token), client: client(connections: 8), on: loop,
            log: log.logger)
    }

    /// A simulated Telegram without a server, and everything that it reports.
    package func world(strictness: Strictness = .strict) -> SimulatedWorld {
        SimulatedWorld(strictness: strictness)
    }

    /// An HTTP server whose answers the test gives.
    package func server(
        host: String = "127.0.0.1", port: UInt16 = 0, bodyLimit: Int = 1 << 20, keptBytes: Int = 1 << 20
    ) throws -> HTTPServer {
        var limits = HTTPServer.Limits()
        (limits.body, limits.keptBytes) = (bodyLimit, keptBytes)
        return try HTTPServer(on: loop, host: host, port: port, limits: limits)
    }

    /// A server whose answers the test writes byte for byte.
    package func rawServer() throws -> RawServer { try RawServer(on: loop) }
}
