import BotAPI
import JSON
import Logging
import Reactor

/// The Bot API at one address, for one bot.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package final class BotAPIClient {
    /// What became of one request.
    enum Outcome {
        /// The whole body, `{"ok":true,"result":…}`, as bytes: not everyone reads it.
        case response([UInt8])
        /// 4xx: trying again would change nothing.
        case refused(BotAPIError)
        /// 429.
        case tooManyRequests(wait: Duration, BotAPIError)
        /// 5xx, or what stands before Telegram's servers in their stead.
        case serverError(BotAPIError)
        /// Nothing of the request went out, or too little to have an effect: it broke off.
        case unreachable(String, brokeOff: Bool = false)
        /// It went out, and no readable response came back: it may have taken effect.
        case noResponse(String)
    }

    package nonisolated static let officialURL = "https://api.telegram.org"

    /// Where it is, for messages: the address without the token.
    let place: String
    private let prefix: String
    private let filePrefix: String
    private let token: BotToken
    private let client: HTTPClient
    private let loop: EventLoop
    private let log: Logger
    /// Since when requests fail; nil while they succeed.
    private var failingSince: Instant?

    /// - Parameter url: the server's address, `https://api.telegram.org` or a local server's.
    package init(url: String, token: BotToken, client: HTTPClient, on loop: EventLoop, log: Logger) {
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        place = url
        prefix = "\(url)/bot\(token.text)/"
        filePrefix = "\(url)/file/bot\(token.text)/"
        (self.token, self.client, self.loop, self.log) = (token, client, loop, log)
    }

    /// Sends one request; `done` is called once, from the loop, unless it is cancelled before.
    @discardableResult
    func request(
        _ method: String, _ parameters: JSON, timeout: Duration, then done: @escaping (Outcome) -> Void
    ) -> Transfer {
        request(method, body: .json(parameters.bytes), timeout: timeout, then: done)
    }

    @discardableResult
    func request(
        _ method: String, body: HTTPClient.Body, timeout: Duration, then done: @escaping (Outcome) -> Void
    ) -> Transfer {
        send(HTTPClient.Request(url: prefix + method, body: body, timeout: timeout), then: done)
    }

    /// Fetches a file, or what is still missing of it; `done` is called as by `request`, with an empty body.
    ///
    /// - Parameters:
    ///   - filePath: what getFile answered.
    ///   - file: has the file's first bytes; keeps what comes before a failure.
    ///   - patience: given up when nothing came for so long.
    /// - SeeAlso: https://core.telegram.org/bots/api#getfile
    func fetch(
        _ filePath: String, into file: OutputFile, patience: Duration, then done: @escaping (Outcome) -> Void
    ) -> Transfer {
        var request = HTTPClient.Request(
            url: filePrefix + PercentEncoding.encode(path: filePath), timeout: .seconds(86_400))
        request.destination = file
        request.offset = file.count
        request.stallTimeout = patience
        return send(request, then: done)
    }

    private func send(_ request: HTTPClient.Request, then done: @escaping (Outcome) -> Void) -> Transfer {
        client.send(request) { [self] result in
            let outcome = outcome(of: result.mapError(redacted))
            report(outcome)
            done(outcome)
        }
    }

    func cancel(_ transfer: Transfer) {
        client.cancel(transfer)
    }

    private func redacted(_ failure: HTTPClient.Failure) -> HTTPClient.Failure {
        HTTPClient.Failure(
            reason: token.redact(failure.reason), requestWentOut: failure.requestWentOut,
            brokeOff: failure.brokeOff, isFileError: failure.isFileError)
    }

    private func outcome(of result: Result<HTTPClient.Response, HTTPClient.Failure>) -> Outcome {
        switch result {
        case .failure(let failure) where failure.isFileError:
            return .refused(.badRequest(failure.reason))
        case .failure(let failure):
            return failure.requestWentOut
                ? .noResponse(failure.reason) : .unreachable(failure.reason, brokeOff: failure.brokeOff)
        case .success(let response) where (200..<300).contains(response.status):
            return .response(response.body)
        case .success(let response):
            let error = token.redact(BotAPIError(response))
            switch response.status {
            case 429: return .tooManyRequests(wait: error.retryAfter(header: response.retryAfter), error)
            case 500...: return .serverError(error)
            default: return .refused(error)
            }
        }
    }

    /// Says once that Telegram can't be reached, and once that it can be again.
    private func report(_ outcome: Outcome) {
        switch outcome {
        case .response, .refused, .tooManyRequests:
            guard let since = failingSince else { return }
            failingSince = nil
            log.notice("\(place) answers again, after \((Instant.current - since).rounded)")
        case .serverError(let error):
            reportFailure("\(place) is in trouble: \(error); trying again until it works")
        case .unreachable(let reason, _):
            reportFailure("can't reach \(place): \(reason); trying again until it works")
        case .noResponse(let reason):
            reportFailure("\(place) did not answer: \(reason)")
        }
    }

    private func reportFailure(_ message: String) {
        guard failingSince == nil else { return }
        failingSince = Instant.current
        log.warning("\(message)")
    }
}
