import JSON

/// One entry of `getUpdates`.
///
/// - SeeAlso: https://core.telegram.org/bots/api#update
package struct Update {
    /// Telegram's `update_id`: unique per bot and increasing, but it may restart lower after a week without updates.
    package let id: Int64
    /// The key of the update's object: `message`, `callback_query`, or a kind that Telegram adds in the future.
    package let kind: String
    /// The object under that key.
    package let payload: JSON
    /// The whole update as received, in valid UTF-8.
    package let text: [UInt8]
    /// Whether the payload is the last member of `text`.
    package let payloadIsLast: Bool
    /// The line of a recorded log on which the update starts, counted from 1; 0 if it came from Telegram.
    package let line: Int
    /// An earlier run may have taken it.
    package var mayHaveComeBefore = false

    /// Why a JSON value isn't an update.
    package enum Malformed: Error, Equatable, CustomStringConvertible {
        case notAnObject
        case noID
        case nothingHappened(id: Int64)

        package var description: String {
            switch self {
            case .notAnObject: "expected an update, an object with 'update_id'"
            case .noID: "an update needs 'update_id', a whole number"
            case .nothingHappened(let id):
                "update \(id) needs an object beside 'update_id', such as 'message'"
            }
        }
    }

    /// Reads `{"update_id":N,"<kind>":{…}}`. If there are several objects, the first of a known kind is used.
    ///
    /// - Parameter text: the JSON text of `json`.
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
