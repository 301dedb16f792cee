import BotAPI
import BotGateway
import JSON

extension IncomingEvent {
    /// Whether the line is one JSON object with the payload's keys and values.
    package func isFaithful(to update: Update) -> Bool {
        guard line.last == 0x0A, line.count(where: { $0 == 0x0A }) == 1, let json = try? JSON(parsing: line)
        else { return false }
        var expected: JSON = ["type": JSON("telegram.\(update.kind)"), "update_id": JSON(update.id)]
        for (key, value) in update.payload.members {
            let isReserved = ["type", "update_id", "redelivered"].contains(key)
            expected.set(isReserved ? "\(update.kind)_\(key)" : key, value)
        }
        return json.description == expected.description
    }
}
