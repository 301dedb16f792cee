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
        /// 4xx: another try would change nothing.
        case refused(BotAPIError)
        /// 429.
        case tooManyRequests(wait: Duration, BotAPIError)
        /// 5xx, from the Bot API or from a server in front of it.
        case serverError(BotAPIError)
        /// The answer came from something else than the Bot API, such as a proxy's page with status 200 or 404.
        case stranger(BotAPIError)
        /// The connection failed, or it broke off before the whole request was sent: the request had no effect.
        case unreachable(String, brokeOff: Bool = false)
        /// The request was sent, but no readable response came back: it may have taken effect.
        case noResponse(String)
    }

    private let url: ServerURL
    private let prefix: String
    private let token: BotToken
    private let client: HTTPClient
    private let loop: EventLoop
    private let log: Logger
    /// When requests began to fail; nil while they succeed.
    private var failingSince: Instant?

    package init(url: ServerURL, token: BotToken, client: HTTPClient, on loop: EventLoop, log: Logger) {
        (self.url, prefix) = (url, url.method("", of: token))
        (self.token, self.client, self.loop, self.log) = (token, client, loop, log)
    }

    /// The server's address for messages: without the token and without a password.
    var place: String { token.redact(url.place) }

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
        send(
            HTTPClient.Request(url: prefix + method, body: body, timeout: timeout), isFile: false, then: done)
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
            url: url.file(PercentEncoding.encode(path: filePath), of: token), timeout: .seconds(86_400))
        request.destination = file
        request.offset = file.count
        request.stallTimeout = patience
        return send(request, isFile: true, then: done)
    }

    private func send(
        _ request: HTTPClient.Request, isFile: Bool, then done: @escaping (Outcome) -> Void
    ) -> Transfer {
        client.send(request) { [self] result in
            let outcome = outcome(of: result.mapError { $0.mapReason(token.redact) }, isFile: isFile)
            report(outcome)
            done(outcome)
        }
    }

    func cancel(_ transfer: Transfer) {
        client.cancel(transfer)
    }

    private func outcome(of result: Result<HTTPClient.Response, HTTPClient.Failure>, isFile: Bool) -> Outcome
    {
        switch result {
        case .failure(let failure) where failure.isFileError:
            return .refused(.badRequest(failure.reason))
        case .failure(let failure):
            return failure.requestWentOut
                ? .noResponse(failure.reason) : .unreachable(failure.reason, brokeOff: failure.brokeOff)
        case .success(let response):
            return isFile ? outcome(ofFile: response) : outcome(of: response)
        }
    }

    private func outcome(of response: HTTPClient.Response) -> Outcome {
        switch BotAPIResponse.verdict(on: response) {
        case .success: return .response(response.body)
        case .failure(let error): return outcome(of: token.redact(error), response)
        // Every server says these about the request itself: it is too large.
        case .stranger(let error) where [413, 414].contains(error.code): return .refused(error)
        case .stranger(let error) where error.code == 429 || error.code >= 500:
            return outcome(of: error, response)
        case .stranger(let error): return .stranger(token.redact(error))
        }
    }

    /// A file comes from a web server in front of the Bot API: only its status says how it went.
    private func outcome(ofFile response: HTTPClient.Response) -> Outcome {
        guard !(200..<300).contains(response.status) else { return .response(response.body) }
        return switch BotAPIResponse.verdict(on: response) {
        case .failure(let error), .stranger(let error): outcome(of: token.redact(error), response)
        case .success: .stranger(BotAPIError(code: response.status, reason: "no file"))
        }
    }

    private func outcome(of error: BotAPIError, _ response: HTTPClient.Response) -> Outcome {
        switch error.code {
        case 429: .tooManyRequests(wait: error.retryAfter(header: response.retryAfter), error)
        case 500...: .serverError(error)
        default: .refused(error)
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
        case .stranger(let error):
            reportFailure("\(place) answered \(error); retrying until it works")
        case .unreachable(let reason, _):
            reportFailure("can't reach \(place): \(reason); retrying until it works")
        case .noResponse(let reason):
            reportFailure("\(place) did not answer: \(reason)")
        }
    }

    func warn(_ message: String) { log.warning("\(message)") }

    private func reportFailure(_ message: String) {
        guard failingSince == nil else { return }
        failingSince = Instant.current
        log.warning("\(message)")
    }
}
