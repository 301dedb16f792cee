import JSON
import Reactor

/// Plain text: each message is a line for the child, and its output becomes messages.
final class PlainTextDialect: Dialect {
    /// The file of the next event.
    private enum File: Equatable {
        case fetching
        /// Nil if the download failed.
        case fetched(path: String?)
    }

    /// The next event as the child will read it, kept so that its JSON is parsed once.
    private struct Next {
        let key: Int64
        let updateID: Int64
        let message: PlainTextMessage?
        var file: File?
    }

    /// A program that isn't seen waiting in a read counts as back if it neither prints nor runs for this long.
    private static let returnTimeout: Duration = .seconds(1)

    let opensWithScopeLine = false
    let returnsWhenQuiet = true
    var readingAdvice: String {
        "it must read a line for each message; a program that doesn't needs a loop: "
            + "sh -c 'while read -r line; do date; done'"
    }

    /// The next event waits until the child is back, so that output can be assigned to its event.
    private let awaitsReturn: Bool
    private let options: PlainTextOptions
    /// The bot's username.
    private let bot: String?
    /// When the child was last seen running, or was given its event, while its return is awaited.
    private var lastSeenRunning: Instant?
    private let collector: PlainTextCollector
    private var next: Next?

    /// - Parameter bot: the bot's username.
    init(_ options: PlainTextOptions, awaitsReturn: Bool, sendsFiles: Bool, bot: String?) {
        (self.options, self.bot, self.awaitsReturn) = (options, bot, awaitsReturn)
        collector = PlainTextCollector(options, awaitsFlush: awaitsReturn, sendsFiles: sendsFiles)
    }

    var isAwaitingReturn: Bool { lastSeenRunning != nil }

    var isQuiet: Bool { collector.isEmpty && next?.file == nil }

    var isFetching: Bool { next?.file == .fetching }

    // MARK: input

    func isInterrupt(_ event: IncomingEvent) -> Bool {
        guard options.interrupt != nil else { return false }
        guard !event.stopsDraft, let text = PlainTextMessage(event)?.text else { return event.stopsDraft }
        return options.isInterrupt(text, bot: bot)
    }

    func lines(of event: IncomingEvent) -> [UInt8] {
        let isNext = next?.key == event.key && next?.updateID == event.updateID
        guard let message = isNext ? next?.message : PlainTextMessage(event) else { return [] }
        collector.given(message.text)
        guard isNext, case .fetched(let path) = next?.file else { return message.lines(path: nil) }
        return message.lines(path: path)
    }

    func disconnectLine(_ reason: DisconnectReason) -> [UInt8]? { nil }

    /// Downloads the next event's file, and skips events without a text form.
    func prepareNextEvent(for host: any DialectHost) -> Bool {
        while let event = host.nextEvent() {
            if next?.key != event.key || next?.updateID != event.updateID {
                let message = isInterrupt(event) ? nil : PlainTextMessage(event)
                next = Next(key: event.key, updateID: event.updateID, message: message)
            }
            switch next?.file {
            case .fetching: return false
            case .fetched(.some): return true
            case nil:
                guard let file = next?.message?.fileID else { break }
                fetch(file, of: event, for: host)
                return false
            case .fetched(nil): break
            }
            if next?.message?.text != nil { return true }
            next = nil
            host.skipNextEvent()
        }
        return false
    }

    private func fetch(_ file: String, of event: IncomingEvent, for host: any DialectHost) {
        next?.file = .fetching
        guard let call = host.call("telegram.download_file", ["file_id": JSON(file)], id: "plain") else {
            return
        }
        let (key, updateID) = (event.key, event.updateID)
        host.perform(call) { [unowned self, unowned host] result in
            guard isFetching, next?.key == key, next?.updateID == updateID else { return }
            var path: String?
            switch result {
            case .success(let file): path = file?["path"]?.string
            case .failure(let error): host.complain("can't download a file of update \(updateID): \(error)")
            case .unknown(let reason): host.complain("can't download a file of update \(updateID): \(reason)")
            case .superseded: break
            }
            next?.file = .fetched(path: path)
            host.advance()
        }
    }

    func eventsGiven(to host: any DialectHost) {
        next = nil
        guard awaitsReturn else { return }
        lastSeenRunning = .current
        collector.restart()
        awaitReturn(host)
    }

    private func awaitReturn(_ host: any DialectHost) {
        host.loop.after(.milliseconds(2)) { [weak self, weak host] in
            guard let self, let host, let lastSeen = lastSeenRunning, host.isAlive else { return }
            let isReading = host.isReadingInput
            if isReading == false { lastSeenRunning = .current }
            let isSilent = max(collector.lastPrinted, lastSeen) + Self.returnTimeout < .current
            guard host.hasReadAll, isReading ?? isSilent else { return awaitReturn(host) }
            host.readOutputDry()
            lastSeenRunning = nil
            flush(for: host)
            host.advance()
        }
    }

    // MARK: output

    func read(_ line: LineSplitter.Line, for host: any DialectHost) {
        collector.read(line, for: host)
        printed(host)
    }

    func readPart(for host: any DialectHost) {
        collector.readPart(for: host)
        printed(host)
    }

    /// A child that was silent for long, and was taken for back, isn't if it prints more.
    private func printed(_ host: any DialectHost) {
        guard awaitsReturn, lastSeenRunning == nil else { return }
        lastSeenRunning = .current
        awaitReturn(host)
    }

    func flush(for host: any DialectHost) { collector.flush(for: host) }

    func childEnded(for host: any DialectHost) {
        flush(for: host)
        next = nil
        lastSeenRunning = nil
    }
}
