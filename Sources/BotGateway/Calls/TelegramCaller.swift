import BotAPI
import DequeModule
import JSON
import Logging
import Reactor

/// Carries out calls at the Bot API: several at a time across scopes, one after the other within one.
///
/// A chat that Telegram told to wait holds up nobody else, and answers go before a flood. What can't reach
/// Telegram, or is answered with 5xx, is tried until it works; a call whose answer was lost may have taken
/// effect, and is never repeated.
package final class TelegramCaller: CallSink, CallObserver {
    private struct Waiting {
        let call: Call
        let done: (CallResult) -> Void
        var retry = Retry()
    }

    /// The calls of one scope, in their order; the first one is on its way or waits for its time.
    private final class Line {
        var calls: Deque<Waiting> = []
        /// Whether one of them is done, and there was always one more.
        var hadTurn = false
        /// Files of children that are gone, which go with the last of these calls: it may send one.
        var leftFiles: [String] = []
    }

    /// No upload is expected to be slower than so many bytes a second.
    private static let slowest = 64 << 10

    private let api: BotAPIClient
    private let loop: EventLoop
    private let log: Logger
    private let timeout: Duration
    private let limit: Int
    private let uploads: Uploads
    private let files: ChildFiles
    private let downloads: Downloads
    private let typing: TypingActions
    private var lines: [Scope: Line] = [:]
    private var floodWaits = FloodWaits()
    package private(set) var underWay = 0
    /// Scopes whose next call may go when a place is free.
    private var fairQueue = FairQueue()
    private var migrations = Migrations()

    /// Told of each 429, to be restored with `hold`: a chat's id or name, the scope of a call to no chat,
    /// or a business account's chat as scopes are written.
    package var onHold: (_ chat: String, _ wait: Duration) -> Void = { _, _ in }
    /// Told once of each group that became a supergroup, to be restored with `noteMigration`.
    package var onMigration: (_ old: Int64, _ new: Int64) -> Void = { _, _ in }

    /// Told when Telegram refuses the token. The call is tried again all the same.
    package var onUnauthorized: (BotAPIError) -> Void = { _ in }
    /// While it is set no call is begun; those that are under way go on.
    package var isPaused = false {
        didSet {
            downloads.isPaused = isPaused
            fillPlaces()
        }
    }
    /// How many files are being fetched.
    package var downloadsUnderWay: Int { downloads.countUnderWay }

    /// - Parameters:
    ///   - limit: how many calls are under way at the same time.
    ///   - timeout: after so long without an answer a call is lost; with files, the time they take comes on top.
    ///   - uploads: which files may be sent.
    ///   - files: where those go that children fetch.
    package init(
        api: BotAPIClient, limit: Int, timeout: Duration, uploads: Uploads = Uploads(), files: ChildFiles,
        on loop: EventLoop, log: Logger
    ) {
        (self.api, self.limit, self.timeout, self.loop, self.log) = (api, limit, timeout, loop, log)
        (self.uploads, self.files) = (uploads, files)
        downloads = Downloads(api: api, files: files, patience: timeout, on: loop, log: log)
        typing = TypingActions(to: api)
    }

    /// How many calls haven't been answered.
    package var pending: Int { lines.values.reduce(0) { $0 + $1.calls.count } }

    package func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        guard !call.isDownload else { return downloads.perform(call, for: scope, then: done) }
        let waiting = Waiting(call: call, done: done)
        if let line = lines[scope] { return line.calls.append(waiting) }
        let line = Line()
        line.calls.append(waiting)
        lines[scope] = line
        advance(line, of: scope)
    }

    /// Once, and not when something else is on its way to the chat, or the chat was told to wait.
    package func childIsWorking(in scope: Scope) {
        guard lines[scope] == nil, underWay < limit, let call = typing.call(in: scope),
            floodWaits.wait(for: destination(of: call, scope), at: .current) == nil
        else { return }
        let chat = destination(of: call, scope)
        typing.send(call, to: currentChat(of: call)) { [self] in held(chat, for: $0) }
    }

    /// Sends nothing to a chat for so long, as its last 429 asked for before a restart.
    package func hold(_ chat: String, for wait: Duration) {
        floodWaits.hold(chat, until: .current + wait, at: .current)
    }

    /// The chats that Telegram told to wait and that aren't through with it, by name.
    package var holds: [(chat: String, left: Duration)] { floodWaits.holds(at: .current) }

    /// Sends calls for `old` to `new` from now on.
    package func noteMigration(from old: Int64, to new: Int64) {
        _ = migrations.note(from: old, to: new)
    }

    /// Lets the next call of a scope wait for its turn.
    private func advance(_ line: Line, of scope: Scope) {
        fairQueue.wait(scope, hadTurn: line.hadTurn)
        fillPlaces()
    }

    private func fillPlaces() {
        while !isPaused, underWay < limit, let scope = fairQueue.next() {
            guard let line = lines[scope], let call = line.calls.first?.call else { continue }
            if let wait = floodWaits.wait(for: destination(of: call, scope), at: .current) {
                loop.after(wait) { [weak self] in self?.advance(line, of: scope) }
            } else {
                send(call, of: line, for: scope)
            }
        }
    }

    private func send(_ call: Call, of line: Line, for scope: Scope) {
        let chat = currentChat(of: call)
        let parameters = chat.map { $0 == call.chatID ? call.parameters : call.parameters(for: $0) }
        let prepared: Uploads.Prepared
        do throws(Uploads.Trouble) {
            prepared = try uploads.prepare(call.method, parameters ?? call.parameters)
        } catch {
            return refuse(error, line, of: scope)
        }
        underWay += 1
        let time = timeout + .seconds(prepared.size / Self.slowest)
        api.request(call.method, body: prepared.body, timeout: time) { [self] outcome in
            underWay -= 1
            finish(line, of: scope, outcome, from: chat)
            fillPlaces()
        }
    }

    /// A call whose files can't be opened doesn't go out.
    private func refuse(_ trouble: Uploads.Trouble, _ line: Line, of scope: Scope) {
        switch trouble {
        case .refused(let error):
            loop.soon { [weak self] in self?.finish(line, of: scope, .refused(error), from: nil) }
        case .exhausted:
            loop.after(.seconds(1)) { [weak self] in self?.advance(line, of: scope) }
        }
    }

    private func currentChat(of call: Call) -> Int64? { call.chatID.map(migrations.current) }

    private func destination(of call: Call, _ scope: Scope) -> String {
        call.destination(id: currentChat(of: call), in: scope)
    }

    /// - Parameter chat: where the call went to.
    private func finish(_ line: Line, of scope: Scope, _ outcome: BotAPIClient.Outcome, from chat: Int64?) {
        let call = line.calls[0].call
        switch line.calls[0].retry.decide(on: outcome, jitter: .random(in: 0..<1)) {
        case .again(let delay):
            loop.after(delay) { [weak self] in self?.advance(line, of: scope) }
            // Of what is refused only that is tried again.
            if case .refused(let error) = outcome { onUnauthorized(error) }
        case .hold(let wait):
            note("told to wait \(wait.rounded)", call, scope, level: .info)
            held(call.destination(id: chat, in: scope), for: wait)
            advance(line, of: scope)
        case .move(let new) where follow(from: chat, to: new):
            advance(line, of: scope)
        case .done, .move:
            let done = line.calls.removeFirst().done
            line.hadTurn = true
            done(result(of: call, scope, outcome))
            // What was called just now stands in the same line.
            if line.calls.isEmpty { close(line, of: scope) } else { advance(line, of: scope) }
        }
    }

    private func close(_ line: Line, of scope: Scope) {
        lines[scope] = nil
        files.remove(line.leftFiles, of: scope)
    }

    package func childEnded(_ scope: Scope) {
        downloads.childEnded(scope)
        let left = files.take(of: scope)
        if let line = lines[scope] { line.leftFiles += left } else { files.remove(left, of: scope) }
    }

    /// The gateway ends: what isn't fetched whole is given up, unanswered.
    package func abandonDownloads() { downloads.abandon() }

    package func recoveredCallsEnded() { files.removeRecovered() }

    private func held(_ chat: String, for wait: Duration) {
        hold(chat, for: wait)
        // An earlier 429 may have named a longer time.
        if let left = floodWaits.wait(for: chat, at: .current) { onHold(chat, left) }
    }

    /// Whether a chat that refused a call has moved to where the call didn't go yet.
    private func follow(from old: Int64?, to new: Int64) -> Bool {
        guard let old else { return false }
        if migrations.note(from: old, to: new) {
            log.notice("chat \(old) has become \(new); calls to it go there")
            onMigration(old, new)
        }
        return migrations.current(old) != old
    }

    private func result(of call: Call, _ scope: Scope, _ outcome: BotAPIClient.Outcome) -> CallResult {
        switch outcome {
        case .answer(let body):
            note("done", call, scope, level: .debug)
            return call.id == nil ? .success(nil) : Self.read(body)
        case .refused(let error), .tooManyRequests(_, let error), .serverTrouble(let error):
            note("refused: \(error)", call, scope, level: .warning)
            return .failure(error)
        case .unreachable(let reason, _):
            let error = BotAPIError.badRequest(
                "the upload broke off \(Retry.mostBreaks) times, as if the server took no file so big: \(reason)"
            )
            note("refused: \(error)", call, scope, level: .warning)
            return .failure(error)
        case .lost(let reason):
            note("may or may not have taken effect: \(reason)", call, scope, level: .warning)
            return .unknown(reason)
        }
    }

    private static func read(_ body: [UInt8]) -> CallResult {
        guard let answer = try? body.withUnsafeBytes({ try JSON(repairing: $0) }),
            let result = answer["result"]
        else { return .unknown("the answer can't be read") }
        return .success(result)
    }

    private func note(_ message: String, _ call: Call, _ scope: Scope, level: Logger.Level) {
        log.log(level: level, "\(call.method) \(message)", metadata: ["scope": "\(scope)"])
    }
}
