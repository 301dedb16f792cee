import DequeModule
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

    /// The program may take this long within a line, unless it waits for input.
    private static let lineTimeout: Duration = .seconds(2)
    /// Whether it waits for input is looked up this often.
    private static let lookInterval: Duration = .milliseconds(100)
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
    /// A printed URL of a file sends it.
    private let sendsFiles: Bool
    /// Output is gathered into a message until none came for this long.
    private let quietTime: Duration
    /// When the child was last seen running, or was given its event, while its return is awaited.
    private var lastSeenRunning: Instant?
    private var output = PlainTextOutput()
    private var lastPrinted = Instant.current
    /// The last output has no newline yet.
    private var isWithinLine = false
    /// Runs while output is gathered.
    private var quietTimer: Timer?
    private var next: Next?
    private var mentionedFiles = MentionedFiles()

    init(awaitsReturn: Bool, sendsFiles: Bool, quietTime: Duration) {
        (self.awaitsReturn, self.sendsFiles, self.quietTime) = (awaitsReturn, sendsFiles, quietTime)
    }

    isolated deinit { quietTimer?.cancel() }

    var isAwaitingReturn: Bool { lastSeenRunning != nil }

    var isQuiet: Bool { output.isEmpty && quietTimer == nil && next?.file == nil }

    var isFetching: Bool { next?.file == .fetching }

    // MARK: input

    func lines(of event: IncomingEvent) -> [UInt8] {
        let isNext = next?.key == event.key && next?.updateID == event.updateID
        guard let message = isNext ? next?.message : PlainTextMessage(event) else { return [] }
        mentionedFiles.add(message.text)
        guard isNext, case .fetched(let path) = next?.file else { return message.lines(path: nil) }
        return message.lines(path: path)
    }

    func disconnectLine(_ reason: DisconnectReason) -> [UInt8]? { nil }

    /// Downloads the next event's file, and skips events without a text form.
    func prepareNextEvent(for host: any DialectHost) -> Bool {
        while let event = host.nextEvent() {
            if next?.key != event.key || next?.updateID != event.updateID {
                next = Next(key: event.key, updateID: event.updateID, message: PlainTextMessage(event))
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
        guard let call = call("telegram.download_file", ["file_id": JSON(file)], id: "plain", host) else {
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
        lastPrinted = .current
        awaitReturn(host)
    }

    private func awaitReturn(_ host: any DialectHost) {
        host.loop.after(.milliseconds(2)) { [weak self, weak host] in
            guard let self, let host, let lastSeen = lastSeenRunning, host.isAlive else { return }
            let isReading = host.isReadingInput
            if isReading == false { lastSeenRunning = .current }
            let isSilent = max(lastPrinted, lastSeen) + Self.returnTimeout < .current
            guard host.hasReadAll, isReading ?? isSilent else { return awaitReturn(host) }
            lastSeenRunning = nil
            host.readOutputDry()
            flush(for: host)
            host.advance()
        }
    }

    // MARK: output

    func read(_ line: LineSplitter.Line, for host: any DialectHost) {
        switch line {
        case .tooLong(let start):
            host.complain(
                "line dropped: longer than \(host.maxLine) bytes; --max-line sets the limit: "
                    + String(decoding: start, as: UTF8.self).prefix(200))
        case .whole(let bytes):
            isWithinLine = false
            let end = bytes.last == UInt8(ascii: "\r") ? bytes.count - 1 : bytes.count
            send(output.append(String(decoding: bytes[..<end], as: UTF8.self)), host)
            waitForQuiet(host)
        }
    }

    func readPart(for host: any DialectHost) {
        isWithinLine = true
        waitForQuiet(host)
    }

    private func waitForQuiet(_ host: any DialectHost) {
        lastPrinted = host.loop.now
        guard quietTimer == nil, !awaitsReturn else { return }
        setQuietTimer(quietTime, host)
    }

    private func setQuietTimer(_ delay: Duration, _ host: any DialectHost) {
        quietTimer = host.loop.after(delay) { [unowned self, unowned host] in
            quietTimer = nil
            let left = lastPrinted + silence(host) - .current
            guard left > .zero else { return flush(for: host) }
            setQuietTimer(min(left, max(quietTime, Self.lookInterval)), host)
        }
    }

    /// How long no output must come before a message is complete. A prompt has no newline, and neither has a line that
    /// is printed word by word.
    private func silence(_ host: any DialectHost) -> Duration {
        guard isWithinLine, host.isReadingInput != true else { return quietTime }
        return max(quietTime, Self.lineTimeout)
    }

    /// Sends the gathered output.
    func flush(for host: any DialectHost) {
        quietTimer?.cancel()
        quietTimer = nil
        isWithinLine = false
        let part = host.takePartOfLine()
        if !part.isEmpty { send(output.append(String(decoding: part, as: UTF8.self), isCut: true), host) }
        send(output.flush(), host)
    }

    func childEnded(for host: any DialectHost) {
        flush(for: host)
        next = nil
        lastSeenRunning = nil
    }

    private func send(_ messages: [PlainTextOutput.Message], _ host: any DialectHost) {
        for message in messages {
            guard let call = call(for: message, host) else { continue }
            host.perform(call, bytes: call.line.bytes.count)
        }
    }

    private func call(for message: PlainTextOutput.Message, _ host: any DialectHost) -> Call? {
        switch message {
        case .text(let text):
            return call("telegram.send_message", ["text": JSON(text)], host)
        case .file(let url) where !sendsFiles:
            host.fileNotSent()
            return call("telegram.send_message", ["text": JSON(url)], host)
        case .file(let url) where mentionedFiles.contain(url):
            host.warn("printed file URL sent as text, because a message contains it")
            return call("telegram.send_message", ["text": JSON(url)], host)
        case .file(let url):
            let isPhoto = [".jpg", ".jpeg", ".png"].contains { url.lowercased().hasSuffix($0) }
            return isPhoto
                ? call("telegram.send_photo", ["photo": JSON(url)], host)
                : call("telegram.send_document", ["document": JSON(url)], host)
        }
    }

    private func call(_ type: String, _ parameters: JSON, id: String? = nil, _ host: any DialectHost) -> Call?
    {
        do throws(OutgoingEventError) {
            return try Call(type: type, parameters: parameters, id: id.map { JSON($0) }, in: host.scope)
        } catch {
            host.complain("can't send its output: \(error)")
            return nil
        }
    }
}

/// The last messages that contain a file's URL: a program that echoes its input must not send any file of the machine
/// to a user who asks for it.
private struct MentionedFiles {
    private static let limit = 64

    private var texts: Deque<String> = []

    mutating func add(_ text: String?) {
        guard let text, text.contains("file:") else { return }
        texts.append(text)
        if texts.count > Self.limit { texts.removeFirst() }
    }

    func contain(_ url: String) -> Bool { texts.contains { $0.contains(url) } }
}
