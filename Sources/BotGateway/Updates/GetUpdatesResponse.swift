import BotAPI
import JSON

/// What one getUpdates answer holds.
struct GetUpdatesResponse {
    private(set) var updates: [Update]
    /// What was in the batch and is no update, in words.
    private(set) var malformed: [Update.Malformed]
    /// What the next poll asks from: the last id of this batch + 1. Never a maximum over earlier batches,
    /// for ids may start lower one day. Nil for an empty batch.
    private(set) var nextOffset: Int64?

    /// Fails when the body can't be read as an answer at all, or doesn't tell what to ask from next.
    init(_ body: [UInt8]) throws(JSONError) {
        let result = Self.scan(body)
        guard case .failure(let error) = result else {
            self = try result.get()
            return
        }
        // Telegram sends some strings raw that a stranger chose: bytes in them needn't be UTF-8.
        let repaired = Array(String(decoding: body, as: UTF8.self).utf8)
        guard repaired != body else { throw error }
        self = try Self.scan(repaired).get()
    }

    private static func scan(_ body: [UInt8]) -> Result<GetUpdatesResponse, JSONError> {
        Result { () throws(JSONError) in
            var answer = GetUpdatesResponse(updates: [], malformed: [], nextOffset: nil)
            var scanner = UpdateLogScanner()
            let scanned = body.withUnsafeBytes { bytes in
                Result { () throws(JSONError) in
                    try scanner.scan(bytes) { json, text, _ in answer.add(json, text) }
                }
            }
            try scanned.get()
            try scanner.finish()
            guard scanner.hasSeenResult else {
                throw JSONError(reason: "it has no 'result' with updates", line: 1, column: 1)
            }
            // It would come again at once, and for ever.
            if answer.nextOffset == nil, let error = answer.malformed.first {
                throw JSONError(reason: error.description, line: 1, column: 1)
            }
            return answer
        }
    }

    private init(updates: [Update], malformed: [Update.Malformed], nextOffset: Int64?) {
        (self.updates, self.malformed, self.nextOffset) = (updates, malformed, nextOffset)
    }

    private mutating func add(_ json: JSON, _ text: [UInt8]) {
        if let id = json["update_id"]?.integer { nextOffset = id &+ 1 }
        do throws(Update.Malformed) {
            updates.append(try Update(json, text: text))
        } catch {
            malformed.append(error)
        }
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
