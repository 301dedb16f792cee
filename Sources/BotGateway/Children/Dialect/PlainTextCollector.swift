import DequeModule
import JSON
import Reactor

/// Gathers what a plain-text program prints, and sends it as messages.
final class PlainTextCollector {
    /// The program may take this long within a line, unless it waits for input.
    private static let lineTimeout: Duration = .seconds(2)
    /// The same for silence within a message that a draft shows.
    private static let streamTimeout: Duration = .seconds(10)
    /// Whether it waits for input is looked up this often.
    private static let lookInterval: Duration = .milliseconds(100)

    private let options: PlainTextOptions
    /// A message is complete when `flush` says so, and not by silence.
    private let awaitsFlush: Bool
    /// A printed URL of a file sends it.
    private let sendsFiles: Bool
    private var output: PlainTextOutput
    private(set) var lastPrinted = Instant.current
    /// The last output has no newline yet.
    private var isWithinLine = false
    /// Runs while output is gathered.
    private var quietTimer: Timer?
    private var draft = MessageDraft()
    private var mentionedFiles = MentionedFiles()

    init(_ options: PlainTextOptions, awaitsFlush: Bool, sendsFiles: Bool) {
        (self.options, self.awaitsFlush, self.sendsFiles) = (options, awaitsFlush, sendsFiles)
        output = PlainTextOutput(
            limit: options.isMarkdown ? PlainTextOutput.richLimit : PlainTextOutput.limit)
    }

    isolated deinit { quietTimer?.cancel() }

    var isEmpty: Bool { output.isEmpty && quietTimer == nil }

    /// The program is given a message.
    func given(_ text: String?) { mentionedFiles.add(text) }

    /// Silence counts from now on.
    func restart() { lastPrinted = .current }

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
        guard quietTimer == nil, !awaitsFlush else { return }
        setQuietTimer(options.quietTime, host)
    }

    private func setQuietTimer(_ delay: Duration, _ host: any DialectHost) {
        quietTimer = host.loop.after(delay) { [unowned self, unowned host] in
            quietTimer = nil
            let left = lastPrinted + silence(host) - .current
            guard left > .zero else { return flush(for: host) }
            if options.streams { showDraft(host) }
            setQuietTimer(min(left, max(options.quietTime, Self.lookInterval)), host)
        }
    }

    private func showDraft(_ host: any DialectHost) {
        guard host.scope.takesDrafts,
            let text = output.preview(with: String(decoding: host.partOfLine, as: UTF8.self)),
            let id = draft.show(text, at: .current)
        else { return }
        var parameters: JSON = ["draft_id": JSON(id), "text": JSON(text)]
        if options.interrupt != nil { parameters.set("can_stop", true) }
        guard let call = host.call("telegram.send_message_draft", parameters) else { return }
        host.perform(call) { [weak self, weak host] result in
            guard case .failure(let error) = result else { return }
            self?.draft.wasRefused()
            host?.complain("can't show its output in a draft: \(error)")
        }
    }

    /// How long no output must come before a message is complete. A prompt has no newline, and neither has a line that
    /// is printed word by word.
    private func silence(_ host: any DialectHost) -> Duration {
        guard isWithinLine || options.streams, host.isReadingInput != true else { return options.quietTime }
        return max(options.quietTime, options.streams ? Self.streamTimeout : Self.lineTimeout)
    }

    /// Sends the gathered output.
    func flush(for host: any DialectHost) {
        quietTimer?.cancel()
        quietTimer = nil
        isWithinLine = false
        draft.end()
        let part = host.takePartOfLine()
        if !part.isEmpty { send(output.append(String(decoding: part, as: UTF8.self), isCut: true), host) }
        send(output.flush(), host)
    }

    private func send(_ messages: [PlainTextOutput.Message], _ host: any DialectHost) {
        for message in messages {
            guard let call = call(for: message, host) else { continue }
            host.perform(call, bytes: call.line.bytes.count)
        }
    }

    private func call(for message: PlainTextOutput.Message, _ host: any DialectHost) -> Call? {
        switch message {
        case .text(let text) where options.isMarkdown:
            return host.call("telegram.send_rich_message", ["rich_message": ["markdown": JSON(text)]])
        case .text(let text):
            return host.call("telegram.send_message", ["text": JSON(text)])
        case .file(let url) where !sendsFiles:
            host.fileNotSent()
            return host.call("telegram.send_message", ["text": JSON(url)])
        case .file(let url) where mentionedFiles.contain(url):
            host.warn("printed file URL sent as text, because a message contains it")
            return host.call("telegram.send_message", ["text": JSON(url)])
        case .file(let url):
            let isPhoto = [".jpg", ".jpeg", ".png"].contains { url.lowercased().hasSuffix($0) }
            return isPhoto
                ? host.call("telegram.send_photo", ["photo": JSON(url)])
                : host.call("telegram.send_document", ["document": JSON(url)])
        }
    }
}

extension DialectHost {
    /// A call of the gateway's own, in the host's scope.
    func call(_ type: String, _ parameters: JSON, id: String? = nil) -> Call? {
        do throws(OutgoingEventError) {
            return try Call(type: type, parameters: parameters, id: id.map { JSON($0) }, in: scope)
        } catch {
            complain("can't send its output: \(error)")
            return nil
        }
    }
}

extension Scope {
    /// Whether Telegram can show drafts in its chat.
    fileprivate var takesDrafts: Bool {
        switch self {
        case .chat(let id), .topic(let id, _): id > 0
        default: false
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
