import JSON

/// One entry of `getUpdates`.
///
/// - SeeAlso: https://core.telegram.org/bots/api#update
package struct Update {
    /// Telegram's `update_id`: unique for a bot, rising, but after a quiet week it may start lower.
    package let id: Int64
    /// The key of what happened: `message`, `callback_query`, or one that Telegram invents tomorrow.
    package let kind: String
    /// What stands under that key: an object.
    package let payload: JSON
    /// The whole update as it came, in valid UTF-8.
    package let text: [UInt8]
    /// Nothing stands behind the payload in it.
    package let payloadIsLast: Bool
    /// Where it stood in a recorded log: the line it began on, from 1 on. 0 when it came from Telegram.
    package let line: Int

    /// Why something is not an update.
    package enum Malformed: Error, Equatable, CustomStringConvertible {
        case notAnObject
        case noID
        case nothingHappened(id: Int64)

        package var description: String {
            switch self {
            case .notAnObject: "expected an update, an object with 'update_id'"
            case .noID: "an update needs 'update_id', a whole number"
            case .nothingHappened(let id): "update \(id) has no object beside its 'update_id'"
            }
        }
    }

    /// Reads `{"update_id":N,"<kind>":{…}}`; of several objects the first of a known kind counts.
    ///
    /// - Parameter text: what `json` was read from.
    package init(_ json: JSON, text: [UInt8], line: Int = 0) throws(Malformed) {
        guard json.isObject else { throw .notAnObject }
        guard let id = json["update_id"]?.integer else { throw .noID }
        let members = json.members
        let known = members.firstIndex { UpdateKinds.known.contains($0.key) && $0.value.isObject }
        guard let index = known ?? members.firstIndex(where: { $0.value.isObject }) else {
            throw .nothingHappened(id: id)
        }
        self.id = id
        self.kind = members[index].key
        self.payload = members[index].value
        payloadIsLast = index == members.count - 1
        self.text = text
        self.line = line
    }

    package init(_ json: JSON, line: Int = 0) throws(Malformed) {
        try self.init(json, text: json.bytes, line: line)
    }
}
