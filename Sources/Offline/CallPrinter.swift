import BotAPI
import BotGateway
import JSON
import Logging
import Reactor
import TelegramSimulator

/// Prints calls instead of sending them, and gets their answers from a simulated Telegram.
package final class CallPrinter: CallSink, CallObserver {
    package typealias Order = CallRecord.Order

    /// Receives whole lines, including the newline.
    package var output: ([UInt8]) -> Void {
        get { record.output }
        set { record.output = newValue }
    }
    /// The number of calls without an id that Telegram would have refused.
    package private(set) var refusals = 0

    private let telegram: SimulatedTelegram
    private let log: Logger
    private let record: CallRecord
    private let uploads: Uploads
    private let files: ChildFiles?
    /// One simulated Telegram per scope. Scopes that share a chat, such as two of its topics, get the same answers
    /// regardless of the order in which they run.
    private var telegrams: [Scope: SimulatedTelegram] = [:]
    /// The last event of each scope, as long as its Telegram hasn't learned from it; message ids continue from there.
    /// It is parsed when a call needs it, and is then replaced by an empty array.
    private var unread: [Scope: [UInt8]] = [:]

    /// - Parameters:
    ///   - telegram: a template: each scope gets its own instance with the same settings.
    ///   - spoolDirectory: the directory for lines that don't fit in memory.
    ///   - uploads: the files that calls may send; calls with other files are refused.
    ///   - files: places the files that children download; nil to download none.
    package init(
        telegram: SimulatedTelegram, order: Order, spoolDirectory: String, uploads: Uploads = Uploads(),
        files: ChildFiles?, log: Logger
    ) {
        (self.telegram, self.log, self.uploads, self.files) = (telegram, log, uploads, files)
        record = CallRecord(order: order, spoolDirectory: spoolDirectory, files: files)
        telegram.onUnsimulated = { log.warning("\($0)") }
        telegram.namesTypes = true
    }

    package func eventGiven(_ line: [UInt8], to scope: Scope) {
        if unread[scope] == nil { record.add(scope) }
        // A scheduled event has no message id, so that of the event before must be learned now.
        if Wake.isEvent(line) { learn(of: scope) }
        unread[scope] = line
        // A scope with several chats may refer to any earlier event, so each event must be learned.
        if scope.chat == nil { learn(of: scope) }
    }

    private func learn(of scope: Scope) {
        guard let line = unread[scope], !line.isEmpty, var event = try? JSON(parsing: line) else { return }
        // The reserved keys aren't part of the payload, and would appear in `reply_to_message`.
        for key in IncomingEvent.reserved { event.remove(key) }
        telegram(of: scope).learn(from: event)
        unread[scope] = []
    }

    private func telegram(of scope: Scope) -> SimulatedTelegram {
        if let known = telegrams[scope] { return known }
        let new = telegram.another()
        telegrams[scope] = new
        return new
    }

    package func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        learn(of: scope)
        let text = record.add(call, for: scope)
        switch call.isDownload ? download(call, for: scope) : answer(call, for: scope, as: text) {
        case .success(let result):
            done(.success(result))
        case .failure(let error):
            if call.id == nil { refusals += 1 }
            // With an id, the bot gets the error and can handle it.
            log.log(
                level: call.id == nil ? .warning : .notice, "\(call.method) rejected: \(error.reason)",
                metadata: ["scope": "\(scope)"])
            done(.failure(error))
        }
    }

    package func childEnded(_ scope: Scope) { files?.remove(files?.release(of: scope) ?? [], of: scope) }

    /// - Parameter text: the printed call.
    private func answer(_ call: Call, for scope: Scope, as text: [UInt8]) -> Result<JSON, BotAPIError> {
        let uploads = uploads.confined(to: files?.confinement(scope) ?? .anywhere)
        return uploads.received(call.method, call.parameters, as: text).flatMap { received in
            telegram(of: scope).answer(
                call.method, received.parameters, files: received.files, isAwaited: call.id != nil)
        }
    }

    /// Writes a placeholder picture instead of the file: a recorded log names files, but doesn't contain them.
    private func download(_ call: Call, for scope: Scope) -> Result<JSON, BotAPIError> {
        guard let files else { return .success(true) }
        return files.answer(
            to: call, for: scope, name: PlaceholderFile.name, writing: PlaceholderFile.write)
    }

    /// Prints the lines that were held back to keep the order.
    package func finish() {
        record.finish()
    }
}
