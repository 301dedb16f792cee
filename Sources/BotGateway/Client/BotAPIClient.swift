import BotAPI
import JSON
import Logging
import Reactor

/// A client for one bot at one Bot API server.
///
/// - SeeAlso: https://core.telegram.org/bots/api#making-requests
package final class BotAPIClient {
    /// The outcome of one request.
    enum Outcome {
        /// The whole body, `{"ok":true,"result":…}`, unparsed because not every caller needs it.
        case response([UInt8])
        /// 4xx: a retry would get the same answer.
        case refused(BotAPIError)
        /// 429.
        case tooManyRequests(wait: Duration, BotAPIError)
        /// 5xx, from Telegram or from a proxy in front of it.
        case serverError(BotAPIError)
        /// The connection failed, or it broke off before the whole request was sent: the request had no effect.
        case unreachable(String, brokeOff: Bool = false)
        /// The request was sent, but no readable response came back: it may have taken effect.
        case noResponse(String)
    }

    package nonisolated static let officialURL = "https://api.telegram.org"

    /// The server's address without the token, for messages.
    let place: String
    private let prefix: String
    private let filePrefix: String
    private let token: BotToken
    private let client: HTTPClient
    private let loop: EventLoop
    private let log: Logger
    /// When requests began to fail; nil while they succeed.
    private var failingSince: Instant?

    /// - Parameter url: the server's address: `https://api.telegram.org` or a local server's.
    package init(url: String, token: BotToken, client: HTTPClient, on loop: EventLoop, log: Logger) {
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        place = url
        prefix = "\(url)/bot\(token.text)/"
        filePrefix = "\(url)/file/bot\(token.text)/"
        (self.token, self.client, self.loop, self.log) = (token, client, loop, log)
    }

    /// Sends one request. `done` is called once, on the loop, unless the request is cancelled before.
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

    /// Downloads a file, or the missing rest of it. `done` is called as in `request`, with an empty body.
    ///
    /// - Parameters:
    ///   - filePath: the path that getFile returned.
    ///   - file: holds the file's first bytes; keeps the bytes received before a failure.
    ///   - patience: the time without data after which the download is given up.
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

    /// Logs once that the server can't be reached, and once that it can be again.
    private func report(_ outcome: Outcome) {
        switch outcome {
        case .response, .refused, .tooManyRequests:
            guard let since = failingSince else { return }
            failingSince = nil
            log.notice("\(place) answers again, after \((Instant.current - since).rounded)")
        case .serverError(let error):
            reportFailure("\(place) answered with a server error: \(error); retrying until it works")
        case .unreachable(let reason, _):
            reportFailure("can't reach \(place): \(reason); retrying until it works")
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
