import JSON

/// A line for a child: an update, as `protocol.md` has it.
struct IncomingEvent {
    let updateID: Int64
    let scope: Scope
    /// One line of JSON with its `\n`.
    let line: [UInt8]
    /// Where it stood in a recorded log, from 1 on; 0 when it came from Telegram.
    let logLine: Int

    /// Nil for an update that belongs to nobody, such as a poll.
    init?(_ update: Update) {
        guard let route = Route(kind: update.kind, payload: update.payload) else { return nil }
        updateID = update.id
        scope = route.scope
        logLine = update.line
        line = Self.line(of: update)
    }

    init(updateID: Int64, scope: Scope, line: [UInt8], logLine: Int) {
        self.updateID = updateID
        self.scope = scope
        self.line = line
        self.logLine = logLine
    }

    private static func line(of update: Update) -> [UInt8] {
        let event: JSON = ["type": JSON("telegram.\(update.kind)"), "update_id": JSON(update.id)]
        if reserved.contains(where: { update.payload[$0] != nil }) {
            for (key, value) in update.payload.members {
                event.set(reserved.contains(key) ? "\(update.kind)_\(key)" : key, value)
            }
        } else {
            event.merge(update.payload)
        }
        var line: [UInt8] = []
        line.reserveCapacity(512)
        event.write(to: &line)
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// The gateway's own keys: a payload's key of the same name arrives as `<kind>_<key>`.
    private static let reserved = ["type", "update_id", "redelivered"]
}
