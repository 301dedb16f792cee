import BotAPI
import DequeModule
import Glibc
import JSON
import Logging
import Reactor

/// Downloads files from Telegram for children: asks for a file's path with getFile, and writes the file straight to
/// disk.
///
/// An interrupted download is resumed. A file appears at its path only when it is complete. A few downloads run at the
/// same time; they don't wait for the scope's calls.
///
/// - SeeAlso: https://core.telegram.org/bots/api#getfile
final class Downloads {
    private final class Download {
        let call: Call
        let scope: Scope
        let done: (CallResult) -> Void
        var tries = 0
        /// How often getFile was answered.
        var answers = 0
        /// The file being written, which is then moved to `place`.
        var part: OutputFile?
        var place = DownloadPlace("")
        var transfer: Transfer?
        var pause: Timer?

        init(_ call: Call, _ scope: Scope, _ done: @escaping (CallResult) -> Void) {
            (self.call, self.scope, self.done) = (call, scope, done)
        }
    }

    private static let atATime = 8
    /// The path from getFile may expire after an hour: then getFile is called once more.
    private static let mostAnswers = 2

    private let api: BotAPIClient
    private let files: ChildFiles
    private let loop: EventLoop
    private let log: Logger
    private let patience: Duration
    private var waiting: Deque<Download> = []
    private var underWay: [Download] = []
    private var parts = 0
    /// While it is set, no download starts. Those in flight continue.
    package var isPaused = false {
        didSet { fillPlaces() }
    }
    var countUnderWay: Int { underWay.count }
    /// Whether there is a download, for one scope or with nil for any.
    func isPending(for scope: Scope?) -> Bool {
        underWay.contains { scope == nil || $0.scope == scope }
            || waiting.contains { scope == nil || $0.scope == scope }
    }

    /// - Parameter patience: how long a connection may stall before it is given up.
    init(api: BotAPIClient, files: ChildFiles, patience: Duration, on loop: EventLoop, log: Logger) {
        (self.api, self.files, self.patience, self.loop, self.log) = (api, files, patience, loop, log)
    }

    /// - Parameter done: called once, on the loop, with `{"path":"…","file_size":N}`.
    func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        waiting.append(Download(call, scope, done))
        fillPlaces()
    }

    /// The scope's child ended: cancels downloads without a `path`, because their files would be deleted with the
    /// child.
    package func childEnded(_ scope: Scope) {
        let isUnwanted = { (download: Download) in
            download.scope == scope && download.call.downloadPath == nil
        }
        let unwanted = underWay.filter(isUnwanted) + waiting.filter(isUnwanted)
        waiting.removeAll(where: isUnwanted)
        for download in unwanted { end(download, .failure(.badRequest("its child has ended"))) }
    }

    /// Cancels all downloads without a result, and deletes partial files.
    func abandon() {
        waiting = []
        for download in underWay { letGo(of: download) }
        underWay = []
    }

    private func fillPlaces() {
        while !isPaused, underWay.count < Self.atATime, let download = waiting.popFirst() {
            underWay.append(download)
            ask(download)
        }
    }

    // MARK: getFile

    private func ask(_ download: Download) {
        let parameters: JSON = ["file_id": JSON(download.call.fileID ?? "")]
        download.transfer = api.request("getFile", parameters, timeout: patience) { [self] outcome in
            download.transfer = nil
            switch outcome {
            case .response(let body): located(download, body)
            case .refused(let error) where error.code != 401: refuse(download, Self.explained(error))
            case .tooManyRequests(let wait, _): again(download, after: wait, ask)
            case .refused, .serverError, .stranger, .unreachable, .noResponse: again(download, ask)
            }
        }
    }

    private func located(_ download: Download, _ body: [UInt8]) {
        download.answers += 1
        guard let file = BotAPIResponse.result(in: body), file.isObject else {
            return refuse(download, .badRequest("the answer to getFile can't be read"))
        }
        guard let place = file["file_path"]?.string, !place.isEmpty else {
            // Telegram omits the path if the file is too big to download.
            return refuse(download, Self.explained(.badRequest("file is too big")))
        }
        guard !place.hasPrefix("/") else {
            return passOn(download, place, size: file["file_size"]?.integer ?? 0)
        }
        do throws(BotAPIError) {
            if download.part == nil {
                try open(download, name: place.baseName ?? "file")
            }
        } catch {
            return refuse(download, error)
        }
        fetch(download, from: place)
    }

    /// A local Bot API server with --local returns the path of a file on its own machine.
    private func passOn(_ download: Download, _ place: String, size: Int64) {
        do throws(InputFile.Refusal) {
            _ = try InputFile(place)
            end(download, .success(["path": JSON(place), "file_size": JSON(size)]))
        } catch {
            guard !error.isExhaustion else { return again(download, ask) }
            let remedy = "mount the Bot API server's directory at the same path on this machine"
            refuse(download, .badRequest("\(error); the server says it put the file there: \(remedy)"))
        }
    }

    private func open(_ download: Download, name: String) throws(BotAPIError) {
        parts += 1
        let place = try files.place(of: download.call, for: download.scope, name: name)
        do throws(SystemError) {
            // In the same directory, so that it can be renamed in one step.
            download.part = try OutputFile(
                creating: "\(place.location).part-\(getpid())-\(parts)", mode: 0o600)
        } catch {
            throw .badRequest(place.words(of: error))
        }
        download.place = place
    }

    // MARK: the transfer

    private func fetch(_ download: Download, from place: String) {
        guard let part = download.part else { return }
        let before = part.count
        download.transfer = api.fetch(place, into: part, patience: patience) { [self] outcome in
            download.transfer = nil
            if part.count > before { download.tries = 0 }
            let fetch = { [self] (download: Download) in self.fetch(download, from: place) }
            switch outcome {
            case .response: arrived(download, part)
            case .refused(let error) where error.code == 416 && part.count > 0:
                startAnew(download, part, fetch)
            case .refused(let error) where [401, 403, 404, 410].contains(error.code):
                guard download.answers < Self.mostAnswers else {
                    return refuse(download, Self.explained(error))
                }
                ask(download)
            case .refused(let error): refuse(download, error)
            case .tooManyRequests(let wait, _): again(download, after: wait, fetch)
            case .serverError, .stranger, .unreachable, .noResponse: again(download, fetch)
            }
        }
    }

    /// The partial file doesn't match the server's: downloads it from the start.
    private func startAnew(_ download: Download, _ part: OutputFile, _ fetch: @escaping (Download) -> Void) {
        do throws(SystemError) {
            try part.truncate(to: 0)
            again(download, fetch)
        } catch {
            refuse(download, .badRequest(error.description))
        }
    }

    private func arrived(_ download: Download, _ part: OutputFile) {
        guard rename(part.path, download.place.location) == 0 else {
            return refuse(download, .badRequest("\(SystemError(download.place.path))"))
        }
        download.part = nil
        end(download, .success(["path": JSON(download.place.path), "file_size": JSON(part.count)]))
    }

    // MARK: outcomes

    private func again(
        _ download: Download, after wait: Duration? = nil, _ action: @escaping (Download) -> Void
    ) {
        download.tries += 1
        let delay = wait ?? Retry.backoff(tries: download.tries, jitter: .random(in: 0..<1))
        download.pause = loop.after(delay) { action(download) }
    }

    private func refuse(_ download: Download, _ error: BotAPIError) {
        log.warning("\(Call.downloadType) rejected: \(error)", metadata: ["scope": "\(download.scope)"])
        end(download, .failure(error))
    }

    private func end(_ download: Download, _ result: CallResult) {
        letGo(of: download)
        underWay.removeAll { $0 === download }
        download.done(result)
        fillPlaces()
    }

    private func letGo(of download: Download) {
        download.pause?.cancel()
        if let transfer = download.transfer { api.cancel(transfer) }
        download.transfer = nil
        if let part = download.part { unlink(part.path) }
        download.part = nil
    }

    private static func explained(_ error: BotAPIError) -> BotAPIError {
        let hint =
            switch error.code {
            case 400 where error.reason.contains("file is too big"):
                "; Telegram's server limits downloads to 20 MB, your own server with --local has no limit"
            case 404:
                "; your own Bot API server serves files only with --local, or behind a web server"
            default: ""
            }
        return BotAPIError(code: error.code, reason: error.reason + hint, parameters: error.parameters)
    }
}
