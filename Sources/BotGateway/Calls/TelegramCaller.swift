import BotAPI
import JSON
import Logging
import Reactor

/// Sends calls to the Bot API: several at a time across scopes, one at a time within a scope.
///
/// A rate-limited chat doesn't delay others, and answers go before bulk messages. A call that can't reach Telegram or
/// gets a 5xx is retried until it works. A call whose answer was lost may have taken effect, and is never retried.
package final class TelegramCaller: CallSink, CallObserver {
    /// The slowest upload expected, in bytes a second: it sets the timeout.
    private static let slowest = 64 << 10

    private let api: BotAPIClient
    private let loop: EventLoop
    private let log: Logger
    private let timeout: Duration
    private let uploads: Uploads
    private let files: ChildFiles
    private let downloads: Downloads
    private let typing: TypingActions
    private var queues: CallQueues
    private var destinations = CallDestinations()

    /// Called on each 429, to store it and restore it with `hold`. The destination is a chat's id or name, the scope
    /// for a call without a chat, or `business:CONNECTION/chat:ID`.
    package var onHold: (_ chat: String, _ wait: Duration) -> Void {
        get { destinations.onHold }
        set { destinations.onHold = newValue }
    }
    /// Called once for each group that became a supergroup, to store it and restore it with `migrate`.
    package var onMigration: (_ old: Int64, _ new: Int64) -> Void {
        get { destinations.onMigration }
        set { destinations.onMigration = newValue }
    }

    /// Called when Telegram rejects the token. The call is retried nevertheless.
    package var onUnauthorized: (BotAPIError) -> Void = { _ in }
    /// While it is set, no call is sent. Those in flight continue.
    package var isPaused = false {
        didSet {
            downloads.isPaused = isPaused
            sendNext()
        }
    }
    /// Asked before each call; while it says no, none is sent. `resume` asks it again.
    package var maySend: () -> Bool {
        get { queues.maySend }
        set { queues.maySend = newValue }
    }

    package func resume() { sendNext() }

    /// Sets what makes the calls without files instead of this caller.
    package func relay(through relay: @escaping CallRelay) { destinations.relay = relay }

    package var policy: CallPolicy {
        get { queues.policy }
        set { queues.policy = newValue }
    }

    package var inFlight: Int { queues.inFlight }
    /// How many calls were rejected or are unknown.
    package var failures: Int { queues.tally.failures }
    /// How many calls have no result yet, including those in flight.
    package var pending: Int { queues.count }
    /// How many files are being downloaded.
    package var downloadsInFlight: Int { downloads.countUnderWay }
    /// The rate-limited chats, sorted by name.
    package var holds: [(chat: String, left: Duration)] { destinations.holds }

    /// - Parameters:
    ///   - limit: the most calls in flight.
    ///   - timeout: the time after which an unanswered call counts as lost; uploads get extra time for their size.
    ///   - uploads: decides which files may be uploaded.
    ///   - files: the place for files that children download.
    package init(
        api: BotAPIClient, limit: Int, timeout: Duration, uploads: Uploads = Uploads(), files: ChildFiles,
        on loop: EventLoop, log: Logger
    ) {
        (self.api, self.timeout, self.loop, self.log) = (api, timeout, loop, log)
        (self.uploads, self.files) = (uploads, files)
        queues = CallQueues(limit: limit)
        downloads = Downloads(api: api, files: files, patience: timeout, on: loop, log: log)
        typing = TypingActions(to: api)
    }

    package func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        guard !call.isDownload else { return downloads.perform(call, for: scope, then: done) }
        guard let queue = queues[scope] else {
            let queue = queues.open(scope)
            queue.append(call, after: queues.tally, then: done)
            return advance(queue)
        }
        if let superseded = queue.append(call, after: queues.tally, then: done) {
            report("superseded by a newer one", call, scope, level: .debug)
            // The child's line is still being read.
            loop.soon { superseded(.superseded) }
        }
    }

    /// Sends the typing action once, unless a call of the scope is pending, its chat is rate-limited or the limit of
    /// calls in flight is reached.
    package func childIsWorking(in scope: Scope) {
        guard queues[scope] == nil, !queues.isFull, let call = typing.call(in: scope),
            destinations.wait(for: call, in: scope) == nil
        else { return }
        let chat = destinations.destination(of: call, in: scope)
        typing.send(call, to: destinations.currentChat(of: call)) { [self] in toldToWait(chat, for: $0) }
    }

    /// Sends a text of the gateway's own.
    package func say(_ text: String, in chat: Int64) {
        let call = try? Call(
            type: "telegram.send_message", parameters: ["text": JSON(text)], id: nil, in: .chat(chat))
        if let call { perform(call, for: .chat(chat)) { _ in } }
    }

    /// Whether a call of the scope was sent, and has no answer yet.
    package func isInFlight(in scope: Scope) -> Bool { queues[scope]?.isInFlight == true }

    /// Scopes are another gateway's now: drops their calls that weren't sent.
    package func drop(_ isLost: (Scope) -> Bool) {
        for queue in queues.remove(isLost) {
            for done in queue.dropUnsent() {
                loop.soon { done(.unknown("the chat is another gateway's now")) }
            }
        }
    }

    /// Restores a chat's rate limit from an earlier run.
    package func hold(_ chat: String, for wait: Duration) { destinations.hold(chat, for: wait) }

    /// Redirects calls from `old` to `new`.
    package func migrate(_ old: Int64, to new: Int64) { destinations.migrate(old, to: new) }

    /// Makes the scope's next call wait for a free place.
    private func advance(_ queue: CallQueue) {
        queues.wait(queue)
        sendNext()
    }

    private func advance(_ queue: CallQueue, after wait: Duration) {
        queue.waitsUntil = .current + wait
        queues.delayed(queue.scope)
        loop.after(wait) { [weak self] in
            queue.waitsUntil = nil
            self?.advance(queue)
        }
    }

    private func sendNext() {
        while !isPaused, let queue = queues.next() {
            guard let call = queue.first else { continue }
            if let wait = destinations.wait(for: call, in: queue.scope) {
                advance(queue, after: wait)
            } else {
                send(call, of: queue)
            }
        }
    }

    private func send(_ call: Call, of queue: CallQueue) {
        let chat = destinations.currentChat(of: call)
        let parameters = chat.map { $0 == call.chatID ? call.parameters : call.parameters(for: $0) }
        let prepared: Uploads.Prepared
        do throws(Uploads.PreparationError) {
            prepared = try uploads.confined(to: files.confinement(queue.scope))
                .prepare(call.method, parameters ?? call.parameters)
        } catch {
            return refuse(error, queue)
        }
        queues.sent()
        queue.isInFlight = true
        let done = { [self] (outcome: BotAPIClient.Outcome) in
            queues.returned()
            queue.isInFlight = false
            finish(call, of: queue, outcome, from: chat)
            sendNext()
        }
        if case .json = prepared.body, destinations.relay(call, { done(BotAPIClient.Outcome(ofRelayed: $0)) })
        {
            return
        }
        let time = timeout + .seconds(prepared.size / Self.slowest)
        api.request(call.method, body: prepared.body, timeout: time, then: done)
    }

    /// A call whose files can't be opened isn't sent.
    private func refuse(_ error: Uploads.PreparationError, _ queue: CallQueue) {
        switch error {
        case .refused(let error):
            loop.soon { [weak self] in
                guard let call = queue.first else { return }
                self?.finish(call, of: queue, .refused(error), from: nil)
            }
        case .exhausted:
            advance(queue, after: .seconds(1))
        }
    }

    /// - Parameter chat: the chat that the call was sent to.
    private func finish(
        _ call: Call, of queue: CallQueue, _ outcome: BotAPIClient.Outcome, from chat: Int64?
    ) {
        queues.add(outcome)
        switch queue.decide(on: outcome, queues.tally) {
        case .again(let delay):
            advance(queue, after: delay)
            // The only refusal that is retried is a 401.
            if case .refused(let error) = outcome { onUnauthorized(error) }
        case .hold(let wait):
            reportHold(wait, outcome, call, queue.scope)
            toldToWait(call.destination(id: chat, in: queue.scope), for: wait)
            advance(queue)
        case .move(let new) where follow(from: chat, to: new):
            advance(queue)
        case .done where queue.sendsAsText(after: outcome):
            report("refused Markdown; it is sent as plain text", call, queue.scope, level: .info)
            advance(queue)
        case .done, .move:
            if case .response = outcome {} else { queues.failed() }
            queue.finishFirst(with: result(of: call, queue.scope, outcome))
            // `done` may have added a call to this queue.
            if queue.isEmpty { close(queue) } else { advance(queue) }
        }
    }

    private func close(_ queue: CallQueue) {
        queues.close(queue)
        files.remove(queue.filesLeft, of: queue.scope)
    }

    package func onDelay(_ action: @escaping (Scope) -> Void) { queues.delayed = action }

    package func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool {
        queues.mayAnswer(scope, by: deadline) || downloads.isPending(for: scope)
    }

    package func childEnded(_ scope: Scope) {
        downloads.childEnded(scope)
        let left = files.release(of: scope)
        if let queue = queues[scope] { queue.keep(left) } else { files.remove(left, of: scope) }
    }

    /// The gateway ends: cancels all downloads without a result.
    package func abandonDownloads() { downloads.abandon() }

    package func recoveredCallsEnded() { files.removeRecovered() }

    private func toldToWait(_ chat: String, for wait: Duration) {
        if let left = destinations.hold(chat, for: wait) { onHold(chat, left) }
    }

    /// Notes that a chat moved. Returns whether to send the call again, to the new id.
    private func follow(from old: Int64?, to new: Int64) -> Bool {
        guard let old else { return false }
        if destinations.migrate(old, to: new) {
            log.notice("chat \(old) was migrated to \(new); its calls are sent there")
            onMigration(old, new)
        }
        return destinations.hasMoved(old)
    }

    private func result(of call: Call, _ scope: Scope, _ outcome: BotAPIClient.Outcome) -> CallResult {
        switch outcome {
        case .response(let body):
            report("done", call, scope, level: .debug)
            return call.id == nil ? .success(nil) : CallResult(answer: body)
        case .refused(let error):
            report("rejected: \(error)\(destinations.hint(on: error))", call, scope, level: .warning)
            return .failure(error)
        case .tooManyRequests(_, let error), .serverError(let error), .stranger(let error):
            let reason = "failed \(Retry.mostFailures) times while other calls succeeded: \(error)"
            report("given up, it \(reason)", call, scope, level: .error)
            return .unknown(reason)
        case .unreachable(let reason, _):
            let error = BotAPIError.badRequest(
                "the upload failed \(Retry.mostBreaks) times; the file may be too large for the server: \(reason)"
            )
            report("rejected: \(error)", call, scope, level: .warning)
            return .failure(error)
        case .noResponse(let reason):
            report("may or may not have taken effect: \(reason)", call, scope, level: .warning)
            return .unknown(reason)
        }
    }

    private func reportHold(_ wait: Duration, _ outcome: BotAPIClient.Outcome, _ call: Call, _ scope: Scope) {
        guard case .tooManyRequests(_, let error) = outcome, wait >= BotAPIError.longestWait else {
            return report("rate-limited for \(wait.rounded)", call, scope, level: .info)
        }
        report(
            "rate-limited for \(wait.rounded), the longest wait, by: \(error)", call, scope, level: .warning)
    }

    private func report(_ message: String, _ call: Call, _ scope: Scope, level: Logger.Level) {
        log.log(level: level, "\(call.method) \(message)", metadata: ["scope": "\(scope)"])
    }
}
