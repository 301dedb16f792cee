import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import TelegramSimulator

/// `run --webhook`.
@Suite(.ownProcess) struct RunWebhookTests {
    private let test: GatewayTest
    private let client: HTTPClient
    private let place: String

    init() throws {
        test = try TestRig().gateway()
        client = test.rig.client(connections: 50)
        test.telegram.deliverToWebhooks(through: client)
        place = "127.0.0.1:\(try test.rig.freePort())"
    }

    private var options: [String] { ["--webhook", "http://\(place)/hook", "--listen", place] }

    private func run(_ more: [String] = [], bot: String = "echo.sh", environment: [String: String] = [:])
        throws
    {
        try test.run(options + more, bot: bot, environment: environment)
    }

    private func status() throws -> JSON {
        try JSON(parsing: try test.command(["status", "--json"]).output.first ?? "")
    }

    /// The status of a refused start, and its error.
    private func refusal(_ arguments: [String]) throws -> String {
        try test.start(["run"] + arguments + ["--", ProjectPaths.bot("echo.sh")])
        let status = test.gateway?.wait() ?? -1
        let lines = test.gateway?.errors.first { $0.hasPrefix("Error:") || $0.hasPrefix("pipegram:") }
        return "\(status) \(lines ?? test.gateway?.errorText ?? "")"
    }

    @Test func `updates are posted and answered, and the webhook outlives a stop`() throws {
        test.say("before", in: 42)
        try run()
        #expect(test.wait { test.texts(in: 42) == ["before"] })
        test.say("hello", in: 42)
        test.say("hello", in: 43)
        #expect(test.wait { test.texts(in: 42).count == 2 && test.texts(in: 43).count == 1 })
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
        test.say("meanwhile", in: 42)
        try run(["--max-connections", "3"])
        #expect(test.wait { test.texts(in: 42) == ["before", "hello", "meanwhile"] })
        let sets = test.telegram.calls.filter { $0.method == "setWebhook" }.map(\.parameters)
        #expect(sets.map { $0["max_connections"]?.integer } == [40, 3])
        #expect(Set(sets.map { $0["secret_token"]?.string }).count == 2)
        #expect(!test.telegram.calls.contains { $0.method == "deleteWebhook" })
        #expect(test.telegram.polls.isEmpty)
        #expect(test.stop() == 0)
    }

    @Test func `a run without a webhook names both ways while one is set`() throws {
        try run()
        #expect(test.waitForLog("Telegram posts updates to http://\(place)/…"))
        #expect(test.stop() == 0)
        try test.run(bot: "echo.sh")
        #expect(test.gateway?.wait() == 78)
        let words = test.gateway?.errorText ?? ""
        #expect(
            words.contains("pipegram run --delete-webhook") && words.contains("pipegram run --webhook URL"))
        test.say("later", in: 42)
        try test.run(["--delete-webhook"], bot: "echo.sh")
        #expect(test.wait { test.texts(in: 42) == ["later"] })
        #expect(test.stop() == 0)
    }

    @Test func `systemd and status see a webhook`() throws {
        let socket = NotifySocket(at: "\(test.files.path)/notify")
        test.telegram.fail(method: "setWebhook", with: .html(502))
        try run(environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "60000000"])
        #expect(test.waitForLog("answered with a server error"))
        #expect(socket.messages.isEmpty)
        #expect(
            test.wait { socket.messages.contains { $0.hasPrefix("READY=1\nSTATUS=webhook; 0 children") } })
        #expect(socket.messages.first == "WATCHDOG=1")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] })
        test.gateway?.signal(SIGUSR1)
        #expect(test.waitForLog("webhook       last "))
        #expect(test.wait { (try? test.count("events")) == 0 })
        let status = try status()
        #expect(status["webhook"] == true && status["polling"] == true)
        #expect(status["offset"]?.isNull == true)
        #expect(status["poll_errors"] == 1)
        #expect(test.stop() == 0)
    }

    @Test func `on a full disk requests wait, and nothing is lost`() throws {
        try run(["--log-level", "error"])
        test.say("1", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["1"] })
        #expect(test.wait { test.telegram.pendingUpdates == 0 })
        let gateway = try #require(test.gateway)
        try test.limitFiles(of: gateway, to: 1)
        test.say("2", in: 42)
        #expect(test.waitForLog("can't write the journal"))
        #expect(test.telegram.pendingUpdates == 1 && test.texts(in: 42) == ["1"])
        try test.limitFiles(of: gateway, to: nil)
        #expect(test.wait { test.texts(in: 42) == ["1", "2"] && test.telegram.pendingUpdates == 0 })
        #expect(test.stop() == 0)
    }

    @Test func `a Unix socket can be listened on`() throws {
        let path = "\(test.files.path)/hook"
        try test.run(["--webhook", "http://\(place)/", "--listen", path], bot: "echo.sh")
        #expect(test.waitForLog("Telegram posts updates"))
        let secret = test.telegram.calls.last?.parameters["secret_token"]?.string ?? ""
        let body =
            #"{"update_id":1,"message":{"message_id":1,"chat":{"id":42,"type":"private"},"text":"hi"}}"#
        let curl = try test.rig.run([
            "curl", "-sS", "-w", "%{http_code}", "--unix-socket", path, "-d", body, "-H",
            "\(WebhookSecret.header): \(secret)", "http://localhost/",
        ])
        #expect(curl.end().text == "200")
        #expect(test.wait { test.texts(in: 42) == ["hi"] })
        #expect(test.stop() == 0)
        #expect(access(path, F_OK) != 0)
    }

    @Test func `an address in use is an error before anything else`() throws {
        let other = try test.rig.server()
        let address = "127.0.0.1:\(other.port)"
        #expect(
            try refusal(["--webhook", "https://example.org", "--listen", address])
                == "73 pipegram: can't listen for updates: \(address) is in use, perhaps by another gateway; "
                + "choose another port")
        #expect(test.telegram.calls.isEmpty)
    }

    @Test(arguments: [
        (["--listen", "127.0.0.1:1"], "--listen and --max-connections need --webhook"),
        (["--max-connections", "4"], "--listen and --max-connections need --webhook"),
        (["--webhook", "https://x.org"], "--webhook needs --listen"),
        (["--webhook", "https://", "--listen", "1"], "must name a host"),
        (["--webhook", "x.org", "--listen", "1"], "must start with https://"),
        (["--webhook", "https://x.org", "--listen", "1", "--max-connections", "101"], "from 1 to 100"),
        (["--webhook", "https://x.org", "--listen", "1", "--poll-timeout", "1s"], "exclude each other"),
        (["--webhook", "https://x.org", "--listen", "1", "--delete-webhook"], "exclude each other"),
        (["--webhook", "https://x.org", "--listen", "host:1"], "Invalid --listen 'host'"),
    ])
    func `options that don't fit are refused`(_ arguments: [String], _ reason: String) throws {
        let refusal = try refusal(arguments)
        #expect(refusal.hasPrefix("64 ") && refusal.contains(reason), "\(refusal)")
    }

    @Test func `only a server of one's own may use plain HTTP`() throws {
        let arguments = ["run", "--webhook", "http://x.org/hook", "--listen", "1", "--", "true"]
        let gateway = try test.rig.pipegram(arguments, environment: ["TELEGRAM_BOT_TOKEN": "7:x"])
        #expect(gateway.wait() == 64)
        #expect(gateway.errorText.contains("it must start with https://; only a Bot API server of your own"))
    }
}
