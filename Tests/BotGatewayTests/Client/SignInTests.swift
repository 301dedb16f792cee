import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

@Suite struct SignInTests {
    /// A sign-in at a simulated Telegram, and its result.
    private final class Attempt: Rigged {
        let rig: TestRig
        let server: SimulatorServer
        private let signIn: SignIn
        private(set) var results: [Result<JSON, GatewayFailure>] = []

        init(token: String = "7:secret") throws {
            rig = try TestRig()
            server = try rig.simulator()
            signIn = SignIn(api: try rig.api(at: server.url + "/", token: token), on: rig.loop)
        }

        func start(deletingWebhook: Bool = false) {
            signIn.start(deletingWebhook: deletingWebhook) { [unowned self] in results.append($0) }
        }

        /// Starts and waits for the result, with no delay for retries.
        func run(deletingWebhook: Bool = false) -> Bool {
            start(deletingWebhook: deletingWebhook)
            return hurry { !results.isEmpty }
        }

        var bot: JSON? { try? results.first?.get() }
        var failure: GatewayFailure? {
            guard case .failure(let failure) = results.first else { return nil }
            return failure
        }
        var methods: [String] { server.calls.map(\.method) }
    }

    @Test func `a sign-in returns the token's bot`() throws {
        let attempt = try Attempt()
        #expect(attempt.run())
        #expect(attempt.bot == SimulatedTelegram.demoBot)
        #expect(attempt.methods == ["getMe"])
        #expect(attempt.results.count == 1)
    }

    @Test func `a refused token fails at once and names the sources of tokens`() throws {
        for token in ["7:wrong", "0:malformed"] {
            let attempt = try Attempt(token: token)
            #expect(attempt.run())
            #expect(attempt.failure?.kind == .unauthorized)
            #expect(attempt.failure?.description.contains("--token-file") == true)
            #expect(attempt.failure?.description.contains(token) == false)
            #expect(attempt.methods.isEmpty)
        }
    }

    @Test func `a sign-in retries until it gets an answer`() throws {
        let attempt = try Attempt()
        for fault in [
            Fault.html(502), .closeBefore, .closeAfter, .error(500, "Internal Server Error: restart"),
        ] {
            attempt.server.fail(with: fault)
        }
        #expect(attempt.run())
        #expect(attempt.bot?["id"] == 7)
        #expect(attempt.methods.count == 5)
        #expect(attempt.log.count("answered with a server error") == 1)
    }

    @Test func `an unreachable server is retried until it answers`() throws {
        let attempt = try Attempt()
        let port = attempt.server.port
        attempt.server.close()
        attempt.start()
        #expect(attempt.hurry { attempt.log.count("can't reach \(attempt.server.url)") == 1 })
        #expect(attempt.results.isEmpty)
        let server = try attempt.rig.simulator(port: port)
        #expect(attempt.hurry { attempt.bot != nil })
        #expect(server.calls.count == 1)
    }

    @Test func `a 429 is waited out`() throws {
        let attempt = try Attempt()
        attempt.server.fail(with: .tooManyRequests(retryAfter: 20))
        let start = Instant.current
        #expect(attempt.run())
        #expect(attempt.bot != nil)
        #expect(Instant.current - start >= .seconds(20))
    }

    @Test(arguments: [200, 204, 301, 400, 401, 403, 404])
    func `pages instead of answers mean that it is no Bot API server, not a bad token`(_ status: Int)
        throws
    {
        let attempt = try Attempt()
        attempt.server.fail(method: "getMe", times: 1000, with: .html(status))
        let start = Instant.current
        #expect(attempt.run())
        #expect(attempt.failure?.kind == .noBotAPI)
        #expect(
            attempt.failure?.description.contains("\(attempt.server.url) is not a Bot API server") == true)
        #expect(attempt.failure?.description.contains("--api-url") == true)
        #expect(attempt.failure?.description.contains("BotFather") == false)
        #expect(Instant.current - start < .seconds(10))
    }

    @Test func `an answer that was cut off is asked for again`() throws {
        let attempt = try Attempt()
        attempt.server.fail(with: .brokenBody)
        #expect(attempt.run())
        #expect(attempt.bot != nil)
    }

    @Test func `pages with other troubles between them mean nothing`() throws {
        let attempt = try Attempt()
        attempt.server.fail(with: .html(404))
        for _ in 1...5 { attempt.server.fail(with: .html(502)) }
        attempt.server.fail(with: .html(404))
        #expect(attempt.run())
        #expect(attempt.bot != nil)
    }

    @Test(arguments: [200, 401, 404])
    func `a page that is shown for a moment, as while a proxy reloads, costs nothing`(_ status: Int) throws {
        let attempt = try Attempt()
        attempt.server.fail(method: "getMe", times: 2, with: .html(status))
        #expect(attempt.run())
        #expect(attempt.bot != nil)
    }

    @Test func `a page that is shown for a moment after an outage costs nothing`() throws {
        let attempt = try Attempt()
        attempt.server.fail(method: "getMe", times: 6, with: .html(502))
        attempt.server.fail(method: "getMe", times: 3, with: .html(404))
        #expect(attempt.run())
        #expect(attempt.bot != nil)
    }

    @Test(arguments: [(400, "Logged out"), (403, "Forbidden"), (409, "Conflict: x")])
    func `an error of the Bot API is told in its words, and can be tried again`(_ code: Int, _ words: String)
        throws
    {
        let attempt = try Attempt()
        attempt.server.fail(with: .error(code, words))
        #expect(attempt.run())
        #expect(attempt.failure?.kind == .refused)
        #expect(attempt.failure?.description.contains("rejects getMe: \(code) \(words)") == true)
        #expect(attempt.failure?.description.contains("ten minutes") == (words == "Logged out"))
    }

    @Test func `the token isn't shown even if the server echoes it`() throws {
        let attempt = try Attempt()
        attempt.server.fail(with: .error(404, "there is no /bot7:secret/getMe"))
        #expect(attempt.run())
        #expect(attempt.failure?.description.contains("/bot<token>/getMe") == true)
        #expect(attempt.failure?.description.contains("secret") == false)
    }

    @Test func `the webhook is deleted only on request`() throws {
        for deleting in [true, false] {
            let attempt = try Attempt()
            #expect(attempt.run(deletingWebhook: deleting))
            #expect(attempt.bot == SimulatedTelegram.demoBot)
            #expect(attempt.methods == (deleting ? ["getMe", "deleteWebhook"] : ["getMe"]))
            // Pending updates are not dropped with it.
            if deleting { #expect(attempt.server.calls[1].parameters == [:]) }
        }
    }

    @Test func `deleting the webhook is retried until it succeeds, and not tried with a refused token`()
        throws
    {
        let attempt = try Attempt()
        attempt.server.fail(method: "deleteWebhook", times: 2, with: .html(502))
        #expect(attempt.run(deletingWebhook: true))
        #expect(attempt.bot != nil)
        #expect(attempt.methods == ["getMe", "deleteWebhook", "deleteWebhook", "deleteWebhook"])
        let refused = try Attempt(token: "7:wrong")
        #expect(refused.run(deletingWebhook: true))
        #expect(refused.failure?.kind == .unauthorized)
        #expect(refused.methods.isEmpty)
    }
}
