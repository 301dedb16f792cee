import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// Setting a webhook, and keeping it set.
@Suite(.ownProcess) struct WebhookRegistrationTests {
    private func sets(_ test: WebhookTest) -> [JSON] {
        test.server.calls.filter { $0.method == "setWebhook" }.map(\.parameters)
    }

    private func call(_ method: String, _ parameters: JSON, _ test: WebhookTest) -> Bool {
        var isDone = false
        test.api.request(method, parameters, timeout: .seconds(5)) { _ in isDone = true }
        return test.wait { isDone }
    }

    @Test func `the webhook is set with its secret, which isn't logged`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        let parameters = try #require(sets(test).first)
        #expect(parameters["url"]?.string == test.url)
        #expect(parameters["secret_token"]?.string == test.secret)
        #expect(parameters["max_connections"] == 10)
        #expect(parameters["allowed_updates"] == ["message"])
        #expect(parameters["drop_pending_updates"] == nil)
        #expect(test.server.polls.isEmpty)
        #expect(!test.log.text.contains(test.secret) && !test.log.text.contains("secret-path"))
        #expect(test.answers == 1 && test.source.lastAnswer != nil)
    }

    @Test func `updates that were polled are confirmed first`() throws {
        let test = try TestRig().webhook(offset: 9002)
        test.add("polled")
        test.add("pending")
        test.server.fail(method: "getUpdates", with: .html(502))
        test.source.start()
        #expect(test.hurry { test.server.pendingUpdates == 0 })
        #expect(test.ids == [9002])
        #expect(test.server.polls.last?["offset"] == 9002)
        #expect(test.server.polls.last?["timeout"] == 0)
    }

    @Test func `a webhook that is set already needs no confirmation`() throws {
        let test = try TestRig().webhook(offset: 9001)
        #expect(call("setWebhook", ["url": "https://example.org"], test))
        test.source.start()
        #expect(test.wait { sets(test).last?["url"]?.string == test.url })
        #expect(test.failures.isEmpty)
    }

    @Test func `pending updates are dropped once, on request`() throws {
        let test = try TestRig().webhook(offset: 9001, dropsPending: true)
        test.add("old")
        #expect(test.start())
        test.add("new")
        #expect(test.wait { test.server.pendingUpdates == 0 })
        #expect(test.ids == [9002])
        #expect(test.server.polls.isEmpty)
        #expect(call("deleteWebhook", [:], test))
        #expect(test.hurry { sets(test).count == 2 })
        #expect(sets(test).map { $0["drop_pending_updates"] != nil } == [true, false])
    }

    @Test func `failures are retried until it works`() throws {
        let test = try TestRig().webhook()
        for fault in [
            Fault.closeBefore, .html(502), .html(404), .tooManyRequests(retryAfter: 2),
            .error(409, "Conflict: x"),
        ] {
            test.server.fail(method: "setWebhook", with: fault)
        }
        test.add()
        test.source.start()
        #expect(test.hurry { test.ids == [9001] })
        #expect(test.failures.isEmpty)
        #expect(test.source.errors == 5)
    }

    @Test(arguments: [
        ("Bad Request: bad webhook: IP address 10.0.0.1 is reserved", GatewayFailure.Kind.badWebhook),
        ("Bad Request: bad webhook: Failed to resolve host: Name or service not known", .refused),
    ])
    func `a rejected webhook ends the start with Telegram's words`(
        _ reason: String, _ kind: GatewayFailure.Kind
    ) throws {
        let test = try TestRig().webhook()
        test.server.fail(method: "setWebhook", with: .error(400, reason))
        test.source.start()
        #expect(test.wait { test.failures.count == 1 })
        let failure = try #require(test.failures[0])
        #expect(failure.kind == kind)
        #expect(failure.description.contains(reason))
        #expect(!failure.description.contains("secret-path"))
    }

    @Test func `a token that Telegram rejects for 30 s ends it`() throws {
        let test = try TestRig().webhook(token: "7:wrong")
        test.source.start()
        #expect(test.hurry { !test.failures.isEmpty })
        #expect(test.failures.map(\.?.kind) == [.unauthorized])
    }

    @Test func `a webhook that another program deletes or changes is set again`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        #expect(call("deleteWebhook", [:], test))
        #expect(test.hurry { sets(test).count == 2 })
        #expect(test.log.count("warning another program deleted this bot's webhook") == 1)
        test.add()
        #expect(test.wait { test.ids == [9001] })
        // Later changes aren't part of a fight.
        let end = Instant.current + .seconds(200)
        #expect(test.hurry { Instant.current > end })
        #expect(call("setWebhook", ["url": "https://example.org/other"], test))
        #expect(test.hurry { sets(test).count == 4 })
        #expect(
            test.log.count("warning another program set this bot's webhook to https://example.org/…") == 1)
        #expect(test.failures.isEmpty)
    }

    @Test func `a program that changes it again and again ends it`() throws {
        let test = try TestRig().webhook()
        #expect(test.start())
        var changes = 0
        #expect(
            test.hurry {
                if sets(test).count > changes {
                    changes = sets(test).count + 1
                    test.api.request("setWebhook", ["url": "https://example.org"], timeout: .seconds(5)) {
                        _ in
                    }
                }
                return !test.failures.isEmpty
            })
        #expect(test.failures.map(\.?.kind) == [.conflict])
        #expect(test.failures[0]?.description.contains("has changed this bot's webhook for") == true)
    }

    @Test func `the log says that Telegram can't deliver, and that it can again`() {
        var report = WebhookDeliveryReport()
        let info = { (pending: Int, date: Int, message: String) -> JSON in
            [
                "pending_update_count": JSON(pending), "last_error_date": JSON(date),
                "last_error_message": JSON(message),
            ]
        }
        #expect(report.read(["pending_update_count": 3])?.message == nil)
        let warning = report.read(info(2, 100, "Connection refused"))
        #expect(warning?.level == .warning)
        #expect(
            warning?.message
                == "Telegram can't deliver updates to the webhook: Connection refused; 2 updates pending")
        #expect(report.isFailing)
        #expect(report.read(info(3, 110, "Connection refused")) == nil)
        #expect(report.read(info(4, 120, "Read timeout expired")) != nil)
        report.succeeded()
        #expect(!report.isFailing)
        #expect(report.read(info(4, 120, "Read timeout expired")) == nil && !report.isFailing)
        #expect(report.read(info(0, 120, "Read timeout expired"))?.level == .notice)
        #expect(report.read(info(0, 120, "Read timeout expired")) == nil)
    }
}
