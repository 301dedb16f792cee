import BotAPI
import JSON

/// A line for a child: an update, as `protocol.md` has it.
package struct IncomingEvent {
    let updateID: Int64
    package let scope: Scope
    /// One line of JSON with its `\n`, as a first child reads it.
    package var line: [UInt8]
    /// Where it stood in a recorded log, from 1 on; 0 when it came from Telegram.
    let logLine: Int
    /// What the journal knows it by, rising; 0 where there is none.
    var key: Int64 = 0
    /// An earlier child may have had it.
    var isRedelivered = false
    /// How many children died on it.
    var deaths = 0

    /// Nil for an update without a chat or user, such as a poll.
    package init?(_ update: Update, by choice: ScopeChoice = .chat) {
        guard let route = Route(kind: update.kind, payload: update.payload, by: choice) else { return nil }
        updateID = update.id
        scope = route.scope
        logLine = update.line
        line = Self.line(of: update)
    }

    init(updateID: Int64, scope: Scope, line: [UInt8], logLine: Int = 0) {
        self.updateID = updateID
        self.scope = scope
        self.line = line
        self.logLine = logLine
    }

    /// The line that its child reads.
    var lineForChild: [UInt8] {
        isRedelivered ? line.dropLast(2) + Array(",\"redelivered\":true}\n".utf8) : line
    }

    private static func line(of update: Update) -> [UInt8] {
        guard !reserved.contains(where: { update.payload[$0] != nil }), isPlain(update.kind) else {
            return lineWithOtherKeys(of: update)
        }
        // Put together by hand: this is done for every update, and to read and write it again would cost
        // more than all the rest.
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

    /// A key that stands in JSON as it is.
    static func isPlain(_ kind: String) -> Bool {
        kind.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }

    /// The gateway's own keys: a payload's key of the same name arrives as `<kind>_<key>`.
    package static let reserved = ["type", "update_id", "redelivered"]
}
