import Glibc
import JSON
import Reactor
import TestSupport
import Testing

/// The metrics as Prometheus' own programs read them.
@Suite(.ownProcess) struct PrometheusTests {
    private let metrics: MetricsTest
    private var test: GatewayTest { metrics.test }

    init() throws { metrics = try MetricsTest() }

    private nonisolated static func isInstalled(_ program: String) -> Bool {
        ["/usr/bin", "/usr/local/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    private func talk() throws {
        try metrics.run()
        test.say("hello", in: 42)
        #expect(metrics.waitForValue(#"pipegram_calls_total{method="sendMessage",result="ok"}"#, 1))
    }

    @Test(.enabled(if: isInstalled("promtool"), "promtool isn't installed: apt-get install prometheus"))
    func `promtool finds nothing wrong`() throws {
        try talk()
        let check = try test.rig.run(["promtool", "check", "metrics"]).end(input: metrics.page())
        #expect(check.status == 0, "\(check.errorText)")
        #expect(check.text + check.errorText == "")
        let rules = "\(ProjectPaths.root)/examples/deploy/prometheus/pipegram.rules.yml"
        let checkOfRules = try test.rig.run(["promtool", "check", "rules", rules]).end()
        #expect(checkOfRules.status == 0, "\(checkOfRules.text)\(checkOfRules.errorText)")
        #expect(test.stop() == 0)
    }

    @Test(.enabled(if: isInstalled("prometheus"), "prometheus isn't installed: apt-get install prometheus"))
    func `Prometheus scrapes them, in both formats`() throws {
        try talk()
        let port = try test.rig.freePort()
        let place = metrics.url.dropFirst("http://".count)
        let configuration = """
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: pipegram, static_configs: [{targets: ["\(place)"]}]}]

            """
        let file = test.files.write("prometheus.yml", Array(configuration.utf8))
        let prometheus = try test.rig.run([
            "prometheus", "--config.file=\(file)", "--storage.tsdb.path=\(test.files.path)/prometheus",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
        ])
        defer {
            prometheus.signal(SIGKILL)
            prometheus.wait()
        }
        let client = test.rig.client(connections: 1)
        let query = "http://127.0.0.1:\(port)/api/v1/query?query=pipegram_events_total"
        var answer = ""
        let isScraped = test.wait(within: .seconds(40)) {
            let request = HTTPClient.Request(url: query, body: .none, timeout: .seconds(5))
            let response = test.settled(HTTPAnswer(to: request, from: client)).response
            answer = String(decoding: response?.body ?? [], as: UTF8.self)
            return answer.contains(#","1"]"#)
        }
        #expect(isScraped, "\(answer)\(prometheus.errorText)")
        #expect(metrics.page(accept: "application/openmetrics-text").hasSuffix("\n# EOF\n"))
        #expect(test.stop() == 0)
    }
}
