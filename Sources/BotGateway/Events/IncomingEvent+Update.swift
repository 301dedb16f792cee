import JSON

/// Converts a line for a child back to the update it was made from.
extension IncomingEvent {
    /// Returns `{"update_id":N,"<kind>":{…}}` with its `\n`, and the original numbers and order of keys.
    ///
    /// - Parameter line: a value of `line`. The result is nil for anything else.
    package static func update(from line: [UInt8]) -> [UInt8]? {
        guard let event = try? JSON(parsing: line), let type = event["type"]?.string,
            let id = event["update_id"]?.integer, type.hasPrefix("telegram.")
        else { return nil }
        let kind = String(type.dropFirst("telegram.".count))
        return text(of: line, kind: kind, id: id, event: event) ?? written(event, kind: kind, id: id)
    }

    /// Cuts the update's text out of the line; nil if keys were renamed.
    private static func text(of line: [UInt8], kind: String, id: Int64, event: JSON) -> [UInt8]? {
        let start = Array(#"{"type":"telegram.\#(kind)","update_id":\#(id)"#.utf8)
        guard line.starts(with: start), line.hasSuffix("}\n"), isPlain(kind),
            !reserved.contains(where: { event["\(kind)_\($0)"] != nil }), event["redelivered"] == nil
        else { return nil }
        let members = line.dropFirst(start.count).drop { $0 == UInt8(ascii: ",") }.dropLast()
        return Array(#"{"update_id":\#(id),"\#(kind)":{"#.utf8) + members + Array("}\n".utf8)
    }

    private static func written(_ event: JSON, kind: String, id: Int64) -> [UInt8] {
        var payload: JSON = [:]
        for (key, value) in event.members where !reserved.contains(key) {
            payload.set(reserved.first { key == "\(kind)_\($0)" } ?? key, value)
        }
        var update: JSON = ["update_id": JSON(id)]
        update.set(kind, payload)
        return update.bytes + [UInt8(ascii: "\n")]
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
