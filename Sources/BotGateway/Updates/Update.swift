import JSON

/// One entry of `getUpdates`.
///
/// - SeeAlso: https://core.telegram.org/bots/api#update
public struct Update {
    /// Telegram's `update_id`: unique for a bot, rising, but after a quiet week it may start lower.
    public let id: Int64
    /// The key of what happened: `message`, `callback_query`, or one that Telegram invents tomorrow.
    public let kind: String
    /// What stands under that key: an object.
    public let payload: JSON
    /// Where it stood in a recorded log: the line it began on, from 1 on. 0 when it came from Telegram.
    public let line: Int

    /// Why something is not an update.
    public enum Malformed: Error, Equatable, CustomStringConvertible {
        case notAnObject
        case noID
        case nothingHappened(id: Int64)

        public var description: String {
            switch self {
            case .notAnObject: "expected an update, an object with 'update_id'"
            case .noID: "an update needs 'update_id', a whole number"
            case .nothingHappened(let id): "update \(id) has no object beside its 'update_id'"
            }
        }
    }

    /// Reads `{"update_id":N,"<kind>":{…}}`; of several objects the first of a known kind counts.
    public init(_ json: JSON, line: Int = 0) throws(Malformed) {
        guard json.isObject else { throw .notAnObject }
        guard let id = json["update_id"]?.integer else { throw .noID }
        let events = json.members.filter { $0.value.isObject }
        guard let event = events.first(where: { UpdateKinds.known.contains($0.key) }) ?? events.first else {
            throw .nothingHappened(id: id)
        }
        self.id = id
        self.kind = event.key
        self.payload = event.value
        self.line = line
    }
}
