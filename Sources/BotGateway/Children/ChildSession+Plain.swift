import JSON
import Reactor

/// A child that speaks plain text: each message is a line to it, and what it prints is a message.
extension ChildSession {
    /// Output is gathered until nothing came for so long.
    private static let quietTime: Duration = .milliseconds(100)
    /// In a replay, a program that doesn't wait in a read is taken to be back after so long without output.
    private static let patience: Duration = .seconds(1)

    // MARK: what it reads

    /// Sees to it that the next event can be given: fetches its file, and passes over what can't be told.
    ///
    /// - Returns: false when there is none, or none yet.
    func prepareNext(_ plain: PlainTextDialect) -> Bool {
        while let event = try? queue.first(children.journal, scope: scope) {
            let id = event.updateID
            switch plain.fetched {
            case .underWay(id): return false
            case .done(id, .some): return true
            case .underWay, .done, nil:
                let message = PlainTextMessage(event)
                if let file = message?.fileID, plain.fetched != .done(updateID: id, path: nil) {
                    fetch(file, of: id, plain)
                    return false
                }
                if message?.text != nil { return true }
                _ = try? queue.popFirst(children.journal, scope: scope)
                plain.fetched = nil
                acknowledge([event])
            }
        }
        return false
    }

    private func fetch(_ file: String, of updateID: Int64, _ plain: PlainTextDialect) {
        plain.fetched = .underWay(updateID: updateID)
        guard let call = plainCall("telegram.download_file", ["file_id": JSON(file)], id: "plain") else {
            return
        }
        let asker = generation
        children.perform(call, scope) { [self] result in
            guard asker == generation, plain.fetched == .underWay(updateID: updateID) else { return }
            var path: String?
            switch result {
            case .success(let file): path = file?["path"]?.string
            case .failure(let error): problem("a file of update \(updateID) can't be had: \(error)")
            case .unknown(let reason): problem("a file of update \(updateID) can't be had: \(reason)")
            }
            plain.fetched = .done(updateID: updateID, path: path)
            advance()
        }
    }

    /// An event was given.
    func noteGiven(_ plain: PlainTextDialect) {
        plain.fetched = nil
        guard options.replays != nil else { return }
        plain.isAtWork = true
        plain.lastPrinted = .current
        lookWhetherBack(plain)
    }

    /// In a replay the next event comes when the child is back for it, so that its output is told apart.
    private func lookWhetherBack(_ plain: PlainTextDialect) {
        children.loop.after(.milliseconds(2)) { [weak self] in
            guard let self, plain.isAtWork, isAlive else { return }
            let isBack =
                inFlight.isReady
                && (process?.isReadingInput ?? (plain.lastPrinted + Self.patience < .current))
            guard isBack else { return lookWhetherBack(plain) }
            plain.isAtWork = false
            process?.readOutputDry()
            flush(plain)
            advance()
        }
    }

    // MARK: what it prints

    func printed(_ line: LineSplitter.Line, _ plain: PlainTextDialect) {
        switch line {
        case .tooLong(let start):
            let words = String(decoding: start, as: UTF8.self).prefix(200)
            problem("line dropped: longer than \(options.maxLine) bytes; --max-line sets the limit: \(words)")
        case .whole(let bytes):
            let end = bytes.last == UInt8(ascii: "\r") ? bytes.count - 1 : bytes.count
            say(plain.output.append(String(decoding: bytes[..<end], as: UTF8.self)))
            waitForQuiet(plain)
        }
    }

    func childWrotePart() {
        heard()
        guard let plain else { return }
        touch()
        waitForQuiet(plain)
    }

    private func waitForQuiet(_ plain: PlainTextDialect) {
        plain.lastPrinted = children.loop.now
        guard plain.quiet == nil, options.replays == nil else { return }
        lookForQuiet(plain, after: Self.quietTime)
    }

    private func lookForQuiet(_ plain: PlainTextDialect, after delay: Duration) {
        plain.quiet = children.loop.after(delay) { [unowned self] in
            plain.quiet = nil
            let left = plain.lastPrinted + Self.quietTime - .current
            if left > .zero { lookForQuiet(plain, after: left) } else { flush(plain) }
        }
    }

    /// Sends what is gathered.
    func flush(_ plain: PlainTextDialect) {
        plain.quiet?.cancel()
        plain.quiet = nil
        if let part = process?.takePartOfLine(), !part.isEmpty {
            say(plain.output.append(String(decoding: part, as: UTF8.self)))
        }
        say(plain.output.flush())
    }

    /// The child is gone.
    func ended(_ plain: PlainTextDialect) {
        flush(plain)
        plain.fetched = nil
        plain.isAtWork = false
    }

    private func say(_ messages: [PlainTextOutput.Message]) {
        for message in messages {
            let call: Call?
            switch message {
            case .text(let text):
                call = plainCall("telegram.send_message", ["text": JSON(text)])
            case .file(let url) where plain?.wasToldOf(url) == true:
                log(.warning, "a message named the file that was printed; it is sent as text")
                call = plainCall("telegram.send_message", ["text": JSON(url)])
            case .file(let url):
                let isPhoto = [".jpg", ".jpeg", ".png"].contains { url.lowercased().hasSuffix($0) }
                call =
                    isPhoto
                    ? plainCall("telegram.send_photo", ["photo": JSON(url)])
                    : plainCall("telegram.send_document", ["document": JSON(url)])
            }
            if let call { perform(call, bytes: call.line.bytes.count) }
        }
    }

    private func plainCall(_ type: String, _ parameters: JSON, id: JSON? = Optional.none) -> Call? {
        do throws(OutgoingEventError) {
            return try Call(type: type, parameters: parameters, id: id, in: scope)
        } catch {
            problem("what it prints can't be sent: \(error)")
            return nil
        }
    }
}
