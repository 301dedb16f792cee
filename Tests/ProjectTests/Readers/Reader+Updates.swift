import Glibc
import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway

extension Reader {
    private nonisolated static let message =
        #"{"update_id":1,"message":{"chat":{"id":1},"text":"\u043f \ud83d\ude00 \" \\ \/ \n","n":[1,-2.5e3,null]}}"#
    private nonisolated static let poll = #"{"update_id":2,"poll":{"from":{"id":1},"type":"quiz","":""}}"#
    private nonisolated static let other =
        #"{"message":{"chat":{"id":1},"a":{"b":[{}]}},"update_id":3,"x":"\\"}"#

    private nonisolated static let logs = [
        "\(message)\n\(poll)\r\n\(other)", "[\(message),\n \(other)]",
        #"{"ok":true,"result":[\#(message)],"x":{"y":[1]}}"#,
        "\u{FEFF}{\n \"update_id\": 1,\n \"message\": {\"text\": \"пр😀 \\\" \\\\\"}\n}\n\(poll)\n",
    ]

    /// A getUpdates body is read, or asked for again after a while that is neither short nor long; what is
    /// read of it reaches its child as it came.
    nonisolated static let pollAnswers = Reader(
        "poll-answers",
        samples: [
            #"{"ok":true,"result":[\#(message),\#(poll),\#(other)]}"#,
            #"{"ok":true,"result":[{"update_id":1,"message":{"text":"\ud83d\ude00"}},{"update_id":2,"poll":{}}]}"#,
            #"{"ok":false,"error_code":409,"description":"PollConflict [{ \"","parameters":{"retry_after":5}}"#,
        ]
    ) { bytes in
        var reading = GetUpdatesParser()
        for time in 0..<4 {
            switch reading.read(bytes) {
            case .updates(let answer):
                if time > 0 { return .fault("read at last, though it is the same") }
                return answer.updates.lazy.compactMap(fault).first.map { .fault($0) } ?? .read
            case .askAgain(_, let delay):
                guard .milliseconds(500)...(.seconds(30)) ~= delay else { return .fault("asks in \(delay)") }
            case .skip(let id, _):
                guard GetUpdatesResponse.firstID(in: bytes) == id else { return .fault("skips \(id)") }
            }
        }
        return .refused
    }

    /// A log gives the same updates and the same fault wherever it is cut.
    nonisolated static let updateLogs = Reader("update-logs", samples: logs) { bytes in
        let whole = ScannedLog(pieces: [bytes[...]])
        var chance = SeededRandom(of: bytes)
        guard ScannedLog(bytes, cutBy: &chance) == whole else { return .fault("cut, it is another log") }
        if let error = whole.error, error.line < 1 || error.column < 1 { return .fault("\(error)") }
        let updates = whole.found.compactMap { try? Update(JSON(parsing: $0.text)) }
        if let fault = updates.lazy.compactMap(fault).first { return .fault(fault) }
        return whole.isWhole && !updates.isEmpty ? .read : .refused
    }

    /// `replay` takes the updates before the fault, and says where that is.
    nonisolated static let recordedUpdates = Reader("recorded-updates", samples: logs) { bytes in
        // A file without a name: ten thousand with one would take as long as all the rest.
        guard let file = tmpfile() else { return .fault("there is no file") }
        defer { fclose(file) }
        fwrite(bytes, 1, bytes.count, file)
        fflush(file)
        do {
            let loop = try loop.get()
            let source = try RecordedUpdates(path: "/proc/self/fd/\(fileno(file))", on: loop)
            var updates: [Update] = []
            var ends: [GatewayFailure?] = []
            source.onUpdates = { updates += $0.updates }
            source.onEnd = { ends.append($0) }
            source.start()
            _ = loop.run(until: { !ends.isEmpty }, within: .seconds(20))
            guard let end = ends.first, ends.count == 1 else { return .fault("it ended \(ends.count) times") }
            if let end, end.kind != .malformedLog { return .fault("\(end)") }
            if let fault = updates.lazy.compactMap(fault).first { return .fault(fault) }
            // What is there before the fault is the same, but for objects that are no updates.
            let scanned = ScannedLog(pieces: [bytes[...]])
            let expected = scanned.found.map { try? Update(JSON(parsing: $0.text)).id }.prefix { $0 != nil }
            guard updates.map(\.id) == expected.map({ $0 }) else { return .fault("\(updates.map(\.id))") }
            let isWhole = scanned.isWhole && expected.count == scanned.found.count
            guard isWhole == (end == nil) else { return .fault("it ended with \(String(describing: end))") }
            return isWhole && !updates.isEmpty ? .read : .refused
        } catch {
            return .fault("\(error)")
        }
    }

    private static let loop = Result { try EventLoop() }

    private static func fault(of update: Update) -> String? {
        guard let event = IncomingEvent(update), !event.isFaithful(to: update) else { return nil }
        return "the event is \(String(decoding: event.line, as: UTF8.self))"
    }
}
