import BotAPI
import Glibc
import JSON
import Reactor
import TelegramSimulator

/// Checks a bot's setup at Telegram without changing it.
///
/// getUpdates without an offset confirms no update. With a timeout it interrupts another program's poll, which is the
/// only way to detect one: the interrupted program polls again, and then Telegram answers this poll with 409.
@MainActor package final class TelegramCheck {
    private let url: ServerURL
    private let token: BotToken
    private let client: HTTPClient
    private let loop: EventLoop
    private let variable: (String) -> String?
    private var findings: TelegramDiagnosis
    private var networkFault: Diagnosis?
    private var done: ([Diagnosis]) -> Void = { _ in }

    /// How long to wait for another program to poll again; most do after a second.
    private static let pollWait = 2

    /// - Parameters:
    ///   - variable: reads an environment variable, for proxies.
    package init(
        url: ServerURL, token: BotToken, client: HTTPClient, on loop: EventLoop,
        variable: @escaping (String) -> String?
    ) {
        (self.url, self.token, self.client, self.loop, self.variable) = (url, token, client, loop, variable)
        findings = TelegramDiagnosis(place: url.place)
    }

    private var place: String { url.place }

    /// - Parameters:
    ///   - asksForUpdates: whether to call getUpdates, which interrupts other programs.
    ///   - gatewayRuns: whether a gateway of the same state runs, so that a webhook is its own.
    ///   - done: called once, from the loop.
    package func start(
        asksForUpdates: Bool, gatewayRuns: Bool = false, then done: @escaping ([Diagnosis]) -> Void
    ) {
        self.done = done
        findings.gatewayRuns = gatewayRuns
        ask("getMe") { [self] bot in
            guard let bot else { return end() }
            guard bot["id"] != nil else {
                findings.isNoBotAPI = true
                return end()
            }
            findings.bot = bot
            askForWebhook(asksForUpdates)
        }
    }

    private func askForWebhook(_ asksForUpdates: Bool) {
        ask("getWebhookInfo") { [self] info in
            findings.webhook = info
            guard asksForUpdates, info?["url"]?.string?.isEmpty != false else { return end() }
            askForUpdates()
        }
    }

    private func askForUpdates() {
        // No `allowed_updates` either: the server would remember the value for later polls.
        let question: JSON = ["limit": 1, "timeout": JSON(Self.pollWait)]
        ask("getUpdates", question) { [self] updates in
            if let updates { findings.poll = .alone(pending: updates.count) }
            end()
        }
    }

    private func end() { done(findings.diagnoses + (networkFault.map { [$0] } ?? [])) }

    /// - Parameter answer: receives the `result`; nil after an error, which is recorded in `findings`.
    private func ask(_ method: String, _ parameters: JSON = [:], then answer: @escaping (JSON?) -> Void) {
        var request = HTTPClient.Request(
            url: url.method(method, of: token), body: .json(parameters.bytes), timeout: .seconds(12))
        request.wantsDate = true
        let asked = time(nil)
        client.send(request) { [self] result in
            switch result {
            case .failure(let failure):
                networkFailed(failure)
                answer(nil)
            case .success(let response):
                compareClock(response, asked: asked)
                answer(read(response, to: method))
            }
        }
    }

    private func read(_ response: HTTPClient.Response, to method: String) -> JSON? {
        let error: BotAPIError
        switch BotAPIResponse.verdict(on: response) {
        case .success: return BotAPIResponse.result(in: response.body)
        case .failure(let refusal): error = token.redact(refusal)
        case .stranger(let answer):
            strangerAnswered(token.redact(answer), method)
            return nil
        }
        switch (method, error.code) {
        case ("getUpdates", 409): findings.poll = .conflict
        case ("getUpdates", _): findings.poll = .refused(error.description)
        default: findings.refusal = findings.bot == nil ? error : nil
        }
        return nil
    }

    /// The answer comes from a proxy before Telegram's servers, or from another server.
    private func strangerAnswered(_ error: BotAPIError, _ method: String) {
        if error.code < 500, findings.bot == nil {
            findings.isNoBotAPI = true
        } else {
            networkFault = .fault("network", "\(place) answered \(method) with \(error): try again later")
        }
    }

    /// Ignores slow answers: their time is inaccurate.
    private func compareClock(_ response: HTTPClient.Response, asked: Int) {
        let now = time(nil)
        guard findings.clockOffset == nil, let date = response.date, now - asked < 5 else { return }
        findings.clockOffset = Int64(now) - date
    }

    private func networkFailed(_ failure: HTTPClient.Failure) {
        var diagnosis = NetworkDiagnosis(
            code: failure.code, reason: token.redact(failure.reason), place: place)
        diagnosis.proxy = NetworkDiagnosis.proxy(for: place, variable)
        diagnosis.hasCertificates =
            CertificateBundle.path(variable: variable).map { access($0, R_OK) == 0 } ?? false
        networkFault = diagnosis.diagnosis
    }
}
