import JSON

/// What one getUpdates answer holds.
struct PollAnswer {
    let updates: [Update]
    /// What was in the batch and is no update, in words.
    let malformed: [Update.Malformed]
    /// What the next poll asks from: the last id of this batch + 1. Never a maximum over earlier batches,
    /// for ids may start lower one day. Nil for an empty batch.
    let nextOffset: Int64?

    /// Fails when the body can't be read as an answer at all.
    init(_ body: [UInt8]) throws(JSONError) {
        let answer = try body.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSON(repairing: bytes) }
        }.get()
        guard let result = answer["result"], result.isArray else {
            throw JSONError(reason: "it has no 'result' with updates", line: 1, column: 1)
        }
        var updates: [Update] = []
        var malformed: [Update.Malformed] = []
        var nextOffset: Int64?
        for entry in result.elements {
            if let id = entry["update_id"]?.integer { nextOffset = id &+ 1 }
            do throws(Update.Malformed) {
                updates.append(try Update(entry))
            } catch {
                malformed.append(error)
            }
        }
        (self.updates, self.malformed, self.nextOffset) = (updates, malformed, nextOffset)
    }

    /// The first `update_id` in a body that can't be parsed.
    static func firstID(in body: [UInt8]) -> Int64? {
        let key = Array(#""update_id""#.utf8)
        guard let start = body.indices.first(where: { body[$0...].starts(with: key) }) else { return nil }
        let digits = body[(start + key.count)...]
            .drop { $0 == 0x20 || $0 == UInt8(ascii: ":") }
            .prefix { (0x30...0x39).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
