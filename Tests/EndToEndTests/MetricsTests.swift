import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// What `run --metrics` serves.
@Suite(.ownProcess) struct MetricsTests {
    private let metrics: MetricsTest
    private var test: GatewayTest { metrics.test }

    init() throws { metrics = try MetricsTest() }

    @Test func `updates, events, calls and children are counted`() throws {
        try metrics.run(["--idle-timeout", "100ms"])
        test.telegram.fail(method: "sendMessage", with: .error(403, "Forbidden: bot was blocked by the user"))
        for text in ["1", "2", "3"] {
            test.say(text, in: 42)
            #expect(test.wait { test.telegram.calls.count { $0.method == "sendMessage" } == Int(text) })
        }
        #expect(metrics.waitForValue(#"pipegram_child_exits_total{cause="idle"}"#, 1))
        let page = metrics.page()
        let expected: KeyValuePairs = [
            #"pipegram_updates_total{kind="message"}"#: 3.0, "pipegram_events_total": 3,
            "pipegram_events_redelivered_total": 0, "pipegram_events_dead_lettered_total": 0,
            #"pipegram_calls_total{method="sendMessage",result="ok"}"#: 2,
            #"pipegram_calls_total{method="sendMessage",result="rejected"}"#: 1,
            "pipegram_child_starts_total": 1, #"pipegram_children{state="running"}"#: 0,
            "pipegram_backlog_events": 0, "pipegram_pending_calls": 0, "pipegram_dead_letters": 0,
            "pipegram_journal_writable": 1, "pipegram_update_to_event_seconds_count": 3,
            "pipegram_event_to_call_seconds_count": 3, "pipegram_call_duration_seconds_count": 3,
        ]
        for (sample, value) in expected { #expect(metrics.value(sample, in: page) == value, "\(sample)") }
        for sample in ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"] {
            #expect(metrics.value(sample, in: page) ?? 0 > 0, "\(sample)")
        }
        let now = Double(time(nil))
        let last = metrics.value("pipegram_last_poll_timestamp_seconds", in: page) ?? 0
        #expect((now - 60...now).contains(last))
        #expect(metrics.value("pipegram_journal_commit_duration_seconds_count", in: page) ?? 0 >= 3)
        #expect(test.stop() == 0)
    }

    @Test func `rate limits are counted`() throws {
        try metrics.run()
        test.telegram.fail(method: "sendMessage", with: .tooManyRequests(retryAfter: 1))
        test.say("hello", in: 42)
        #expect(metrics.waitForValue("pipegram_rate_limited_chats", 1))
        #expect(metrics.waitForValue("pipegram_flood_waits_total", 1))
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        #expect(test.stop() == 0)
    }

    @Test func `crashes and dead letters are counted`() throws {
        try metrics.run(["--max-deliveries", "2"], bot: "crashes.sh")
        test.say("crash", in: 42)
        #expect(metrics.waitForValue("pipegram_events_dead_lettered_total", 1))
        // It is stored a little later.
        #expect(metrics.waitForValue("pipegram_dead_letters", 1))
        let page = metrics.page()
        #expect(metrics.value("pipegram_events_redelivered_total", in: page) == 1)
        let exits = page.split(separator: "\n").filter { $0.hasPrefix("pipegram_child_exits_total{") }
        #expect(exits.count == 1, "\(exits)")
        #expect(test.stop() == 0)
    }

    /// The number of a histogram's bucket that has this many seconds.
    private func bucket(of seconds: Double) -> Int {
        Histogram.bounds.firstIndex { seconds <= Double($0.nanoseconds) / 1e9 } ?? Histogram.bounds.count
    }

    /// From an update to its call, and from that to the answer, in seconds since the start.
    private func sums() -> [Double] {
        let page = metrics.page()
        let sum = { (name: String) in metrics.value("pipegram_\(name)_seconds_sum", in: page) ?? -1 }
        return [sum("update_to_event") + sum("event_to_call"), sum("call_duration")]
    }

    @Test func `the histograms agree with what the server measured, within a bucket`() throws {
        let bot = """
            read -r scope
            while read -r event; do
                sleep 0.15
                echo '{"type":"telegram.send_message","text":"x"}'
            done
            """
        try test.run(["--metrics", "127.0.0.1:0", "--", "sh", "-c", bot])
        test.telegram.fail(method: "sendMessage", times: 20, with: .delay(.milliseconds(300)))
        var before = [0.0, 0.0]
        var agrees = false
        var rounds = 0.0
        // On a busy machine, either of them may be delayed in a round.
        while !agrees, rounds < 20 {
            rounds += 1
            let start = Instant.current
            test.say("\(rounds)", in: 42)
            #expect(test.wait { Double(test.telegram.calls.count { $0.method == "sendMessage" }) == rounds })
            let toCall = Instant.current - start
            #expect(metrics.waitForValue("pipegram_call_duration_seconds_count", rounds))
            let sums = self.sums()
            let atServer = [Double(toCall.nanoseconds) / 1e9, 0.3]
            let inGateway = zip(sums, before).map { $0 - $1 }
            agrees = zip(atServer, inGateway).allSatisfy { abs(bucket(of: $0) - bucket(of: $1)) <= 1 }
            before = sums
        }
        #expect(agrees, "in the last round, \(before)")
        let page = metrics.page()
        // In no less time than the bot and the server took.
        for (name, below) in [("event_to_call", "0.1"), ("call_duration", "0.2")] {
            #expect(metrics.value("pipegram_\(name)_seconds_bucket{le=\"\(below)\"}", in: page) == 0)
            #expect(metrics.value("pipegram_\(name)_seconds_count", in: page) == rounds)
        }
        #expect(test.stop() == 0)
    }

    @Test func `it is healthy at once, and ready once a poll was answered`() throws {
        test.telegram.fail(method: "getUpdates", times: 2, with: .html(502))
        try metrics.run()
        #expect(test.waitForLog("answered with a server error"))
        #expect(metrics.answer("/healthz") == "200 ok\n")
        #expect(metrics.answer("/readyz") == "503 not ready: no poll was answered yet\n")
        #expect(test.wait { metrics.answer("/readyz") == "200 ready\n" })
        #expect(metrics.answer("/").hasPrefix("404 "))
        let post = [
            "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-d", "x", "\(metrics.url)/metrics",
        ]
        #expect(try test.rig.run(post).end().text == "405")
        #expect(test.stop() == 0)
    }

    @Test func `a journal that can't be written isn't ready`() throws {
        try metrics.run()
        #expect(test.wait { metrics.answer("/readyz") == "200 ready\n" })
        try test.limitFiles(of: #require(test.gateway), to: 1)
        test.say("hello", in: 42)
        #expect(test.wait { metrics.answer("/readyz") == "503 not ready: the journal can't be written\n" })
        #expect(metrics.value("pipegram_journal_writable", in: metrics.page()) == 0)
        try test.limitFiles(of: #require(test.gateway), to: nil)
        #expect(test.wait { metrics.answer("/readyz") == "200 ready\n" })
        #expect(test.stop() == 0)
    }

    @Test func `a Unix socket serves too, and replaces one that a killed gateway left`() throws {
        let path = "\(test.files.path)/metrics"
        for signal in [SIGKILL, SIGTERM] {
            try test.run(["--metrics", path], bot: "echo.sh")
            #expect(test.waitForLog("metrics: /metrics on the Unix socket \(path)"))
            let curl = try test.rig.run(["curl", "-sS", "--unix-socket", path, "http://localhost/healthz"])
            #expect(curl.end().text == "ok")
            _ = test.stop(signal)
            #expect((access(path, F_OK) == 0) == (signal == SIGKILL))
        }
    }

    @Test func `a file that took the place of the socket stays at the end`() throws {
        let path = "\(test.files.path)/metrics"
        try test.run(["--metrics", path], bot: "echo.sh")
        #expect(test.waitForLog("metrics: /metrics on the Unix socket"))
        unlink(path)
        test.files.write("metrics", Array("kept".utf8))
        #expect(test.stop() == 0)
        #expect(test.files.read("metrics") == "kept")
    }

    @Test func `a used address is an error that names it`() throws {
        let other = try test.rig.server()
        try test.run(["--metrics", "127.0.0.1:\(other.port)"], bot: "echo.sh")
        #expect(test.gateway?.wait() == 73)
        #expect(test.gateway?.errorText.contains("127.0.0.1:\(other.port) is in use") == true)
        let file = test.files.write("file", Array("kept".utf8))
        try test.run(["--metrics", file], bot: "echo.sh")
        #expect(test.gateway?.wait() == 73)
        #expect(test.gateway?.errorText.contains("\(file) exists and isn't a socket") == true)
        #expect(test.files.read("file") == "kept")
    }

    @Test(arguments: ["localhost", "example.org:9464", "127.0.0.1:99999"])
    func `an address without a port, or with a name, is refused`(_ address: String) throws {
        try test.run(["--metrics", address], bot: "echo.sh")
        #expect(test.gateway?.wait() == 64)
        #expect(test.gateway?.errorText.contains(address.prefix { $0 != ":" }) == true)
    }

    @Test func `more connections than the limit wait, and the gateway goes on`() throws {
        try metrics.run()
        let port = UInt16(metrics.url.split(separator: ":").last ?? "") ?? 0
        let sockets = (1...200).map { _ in connection(to: port) }
        defer { sockets.forEach { close($0) } }
        test.say("hello", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        let open = Directory.names(in: "/proc/\(test.gateway?.pid ?? 0)/fd").count
        #expect(open < 80)
        #expect(test.stop() == 0)
    }

    private func connection(to port: UInt16) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        (address.sin_port, address.sin_addr.s_addr) = (port.bigEndian, inet_addr("127.0.0.1"))
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return descriptor
    }
}
