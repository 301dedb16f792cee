import BotAPI
import JSON
import Reactor

/// Calls getMe until Telegram answers.
package final class SignIn {
    static let webhookIsSet =
        "a webhook is set for this bot, so Telegram sends its updates there; to delete it and poll: "
        + "pipegram run --delete-webhook …; to receive them: pipegram run --webhook URL --listen ADDRESS:PORT …"

    package static func unauthorized(_ error: BotAPIError) -> String {
        "Telegram rejects the token (\(error)). Get it from @BotFather with /token, and put it in --token-file "
            + "FILE, $CREDENTIALS_DIRECTORY/token or $TELEGRAM_BOT_TOKEN"
    }

    private let api: BotAPIClient
    private let loop: EventLoop
    private var backoff = Backoff()
    /// A web server that reloads its configuration may answer for the Bot API for a moment.
    private var strangers = RepeatedRefusal(limit: .seconds(3))

    /// So that several of its answers fit into that moment, also after an outage.
    private static let pauseAfterStranger = Duration.milliseconds(500)

    package init(api: BotAPIClient, on loop: EventLoop) {
        (self.api, self.loop) = (api, loop)
    }

    /// - Parameters:
    ///   - deletingWebhook: also deletes the bot's webhook, so that getUpdates works.
    ///   - done: called once, with the bot's User object or the failure.
    package func start(
        deletingWebhook: Bool, then done: @escaping (Result<JSON, GatewayFailure>) -> Void
    ) {
        ask("getMe") { [self] result in
            guard deletingWebhook, case .success = result else { return done(result) }
            ask("deleteWebhook") { deleted in done(deleted.flatMap { _ in result }) }
        }
    }

    private func ask(_ method: String, then done: @escaping (Result<JSON, GatewayFailure>) -> Void) {
        api.request(method, [:], timeout: .seconds(30)) { [self] outcome in
            let again = { [self] in ask(method, then: done) }
            switch outcome {
            case .response(let body):
                guard let result = BotAPIResponse.result(in: body),
                    method != "getMe" || result["id"]?.integer != nil
                else { return isNoBotAPI("\(method) gave no result", again, done) }
                done(.success(result))
            case .stranger(let error):
                isNoBotAPI("it answered \(method) with \(error)", again, done)
            case .refused(let error) where [401, 404, 421].contains(error.code):
                done(.failure(GatewayFailure(.unauthorized, Self.unauthorized(error))))
            case .refused(let error):
                done(.failure(GatewayFailure(.refused, refusal(error, of: method))))
            case .tooManyRequests(let wait, _):
                strangers.ended()
                api.warn("\(method) rate-limited for \(wait.rounded)")
                loop.after(wait, again)
            case .serverError, .unreachable, .noResponse:
                strangers.ended()
                loop.after(backoff.failed(), again)
            }
        }
    }

    /// An answer isn't the Bot API's: tries again, and gives up when that lasts.
    private func isNoBotAPI(
        _ sign: String, _ again: @escaping () -> Void, _ done: (Result<JSON, GatewayFailure>) -> Void
    ) {
        guard strangers.happened(at: .current) == .tooLong else {
            loop.after(Self.pauseAfterStranger, again)
            return
        }
        done(
            .failure(
                GatewayFailure(
                    .noBotAPI,
                    "\(api.place) is not a Bot API server: \(sign); check --api-url and $TELEGRAM_API_URL")))
    }

    private func refusal(_ error: BotAPIError, of method: String) -> String {
        let hint =
            error.reason.lowercased().contains("logged out")
            ? ". After logOut and close, Telegram asks for ten minutes' patience: start again then" : ""
        return "\(api.place) rejects \(method): \(error)\(hint)"
    }
}
