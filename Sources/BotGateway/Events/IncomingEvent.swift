import BotAPI
import JSON

/// An update as an event line for a child; see docs/protocol.md.
package struct IncomingEvent {
    package let updateID: Int64
    package let scope: Scope
    /// One line of JSON with its `\n`, without the `redelivered` key.
    package var line: [UInt8]
    /// Its line in a recorded log, from 1 on; 0 for an update from Telegram.
    let logLine: Int
    /// Its key in the journal, which rises; 0 without a journal.
    var key: Int64 = 0
    /// An earlier child may have received it.
    var isRedelivered = false
    var deaths = 0

    /// Nil for an update without a chat or user, such as a poll.
    package init?(_ update: Update, by choice: ScopeChoice = .chat) {
        guard let route = Route(kind: update.kind, payload: update.payload, by: choice) else { return nil }
        updateID = update.id
        scope = route.scope
        logLine = update.line
        line = Self.line(of: update)
        isRedelivered = update.mayHaveComeBefore
    }

    init(updateID: Int64, scope: Scope, line: [UInt8], logLine: Int = 0) {
        self.updateID = updateID
        self.scope = scope
        self.line = line
        self.logLine = logLine
    }

    /// The line that its child reads, marked if it is redelivered.
    var lineForChild: [UInt8] {
        isRedelivered ? line.dropLast(2) + Array(",\"redelivered\":true}\n".utf8) : line
    }

    /// Whether it is a press of a button.
    var isPress: Bool { isOfType("telegram.callback_query") }

    /// Whether it is a press of the stop button under a draft.
    var stopsDraft: Bool { isOfType("telegram.stopped_message_generation") }

    private func isOfType(_ type: String) -> Bool { line.starts(with: "{\"type\":\"\(type)\",".utf8) }

    private static func line(of update: Update) -> [UInt8] {
        guard !reserved.contains(where: { update.payload[$0] != nil }), isPlain(update.kind) else {
            return lineWithOtherKeys(of: update)
        }
        // This runs for every update. Joining strings avoids parsing and serializing the JSON again, which would cost
        // more than everything else.
        var line: [UInt8] = []
        line.reserveCapacity(update.text.count + 64)
        line += #"{"type":"telegram."#.utf8
        line += update.kind.utf8
        line += #"","update_id":"#.utf8
        line += String(update.id).utf8
        CompactJSON.withCompact(update.text) { text in
            guard let payload = CompactJSON.member(update.kind, of: text, isLast: update.payloadIsLast)
            else { return }
            if payload.count > 2 { line.append(UInt8(ascii: ",")) }
            line += UnsafeRawBufferPointer(rebasing: payload.dropFirst())
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private static func lineWithOtherKeys(of update: Update) -> [UInt8] {
        var event: JSON = ["type": JSON("telegram.\(update.kind)"), "update_id": JSON(update.id)]
        for (key, value) in update.payload.members {
            event.set(reserved.contains(key) ? "\(update.kind)_\(key)" : key, value)
        }
        return event.bytes + [UInt8(ascii: "\n")]
    }

    /// Whether a kind needs no escaping in JSON.
    static func isPlain(_ kind: String) -> Bool {
        kind.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    /// The gateway's own keys. If a payload has one of them, it arrives as `<kind>_<key>`.
    package static let reserved = ["type", "update_id", "redelivered"]
}
