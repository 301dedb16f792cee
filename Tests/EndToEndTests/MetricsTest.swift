import JSON
import Reactor
import TestSupport

@testable import TelegramSimulator

/// A gateway that serves metrics, and what a client reads of them.
struct MetricsTest: Rigged {
    let test: GatewayTest
    private let client: HTTPClient

    var rig: TestRig { test.rig }
    var telegram: SimulatorServer { test.telegram }

    init() throws {
        test = try TestRig().gateway()
        client = test.rig.client(connections: 4)
    }

    func run(_ options: [String] = [], bot: String = "echo.sh") throws {
        try test.run(["--metrics", "127.0.0.1:0"] + options, bot: bot)
    }

    /// The URL that the gateway logs, without the path.
    var url: String {
        let isServed = test.waitForLog("metrics: http://")
        let line = test.gateway?.errors.first { $0.contains("metrics: http://") } ?? ""
        guard isServed, let start = line.firstRange(of: "http://") else { return "" }
        return String(line[start.lowerBound...].prefix { $0 != " " }.dropLast("/metrics".count))
    }

    func response(_ path: String, accept: String? = nil) -> HTTPClient.Response? {
        var request = HTTPClient.Request(url: url + path, body: .none, timeout: .seconds(5))
        request.headers = accept.map { [("Accept", $0)] } ?? []
        return settled(HTTPAnswer(to: request, from: client)).response
    }

    /// The status and the text at a path.
    func answer(_ path: String) -> String {
        let answer = response(path)
        return "\(answer?.status ?? 0) \(String(decoding: answer?.body ?? [], as: UTF8.self))"
    }

    func page(accept: String? = nil) -> String {
        String(decoding: response("/metrics", accept: accept)?.body ?? [], as: UTF8.self)
    }

    /// The value of a sample, such as `pipegram_calls_total{method="getMe"}`.
    func value(_ sample: String, in page: String) -> Double? {
        page.split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
            .flatMap { Double($0.dropFirst(sample.count + 1)) }
    }

    func waitForValue(_ sample: String, _ value: Double) -> Bool {
        wait { self.value(sample, in: page()) == value }
    }
}
