import BotAPI
import BotGateway
import JSON
import Logging
import Reactor
import TelegramSimulator

/// Prints calls instead of sending them, and has a simulated Telegram answer them.
package final class CallPrinter: CallSink, CallObserver {
    package typealias Order = CallRecord.Order

    /// Takes whole lines, with their ends.
    package var output: ([UInt8]) -> Void {
        get { record.output }
        set { record.output = newValue }
    }
    /// How many calls Telegram would have refused.
    package private(set) var refusals = 0

    private let telegram: SimulatedTelegram
    private let log: Logger
    private let record: CallRecord
    private let uploads: Uploads
    private let files: ChildFiles?
    /// One for each scope that calls: two topics of a chat, say, or whoever writes to others, get the same
    /// answers whoever is faster.
    private var telegrams: [Scope: SimulatedTelegram] = [:]
    /// The last event of each scope, from which message ids go on; read when something is answered, then
    /// empty.
    private var unread: [Scope: [UInt8]] = [:]

    /// - Parameters:
    ///   - telegram: each scope is answered by another one like it.
    ///   - spoolDirectory: where lines wait on disk that are too many for memory.
    ///   - uploads: which files may be sent: calls with others are refused.
    ///   - files: where those go that children fetch; nil to fetch none.
    package init(
        telegram: SimulatedTelegram, order: Order, spoolDirectory: String, uploads: Uploads = Uploads(),
        files: ChildFiles?, log: Logger
    ) {
        (self.telegram, self.log, self.uploads, self.files) = (telegram, log, uploads, files)
        record = CallRecord(order: order, spoolDirectory: spoolDirectory, files: files)
        telegram.onUnsimulated = { log.warning("\($0)") }
    }

    package func eventGiven(_ line: [UInt8], to scope: Scope) {
        if unread[scope] == nil { record.add(scope) }
        unread[scope] = line
        // A scope that isn't in one chat calls to any it has heard of, not to the last event's alone.
        if scope.chat == nil { learn(of: scope) }
    }

    private func learn(of scope: Scope) {
        guard let line = unread[scope], !line.isEmpty, var event = try? JSON(parsing: line) else { return }
        // Else a reply would show them in the message that it is to.
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
            refusals += 1
            log.warning("\(call.method) refused: \(error.reason)", metadata: ["scope": "\(scope)"])
            done(.failure(error))
        }
    }

    package func childEnded(_ scope: Scope) { files?.remove(files?.release(of: scope) ?? [], of: scope) }

    /// - Parameter text: what was printed.
    private func answer(_ call: Call, for scope: Scope, as text: [UInt8]) -> Result<JSON, BotAPIError> {
        uploads.received(call.method, call.parameters, as: text).flatMap { received in
            telegram(of: scope).answer(
                call.method, received.parameters, files: received.files, isAwaited: call.id != nil)
        }
    }

    /// Puts a picture in the file's place: what was recorded tells of a file and hasn't got it.
    private func download(_ call: Call, for scope: Scope) -> Result<JSON, BotAPIError> {
        guard let files else { return .success(true) }
        do throws(SystemError) {
            let path = try files.place(of: call, for: scope, name: PlaceholderFile.name)
            return .success(["path": JSON(path), "file_size": JSON(try PlaceholderFile.write(to: path))])
        } catch {
            return .failure(.badRequest(error.description))
        }
    }

    /// Prints what is still held back for the sake of the order.
    package func finish() {
        record.finish()
    }
}
