import BotAPI
import JSON

/// The content of one getUpdates response.
struct GetUpdatesResponse {
    private(set) var updates: [Update]
    /// Descriptions of the elements that aren't updates.
    private(set) var malformed: [Update.Malformed]
    /// The offset of the next poll: the last id of this batch + 1, or nil for an empty batch. It isn't the maximum over
    /// earlier batches, because Telegram may start again at lower ids.
    private(set) var nextOffset: Int64?

    /// Fails if the body can't be parsed as a response or has no usable offset for the next poll.
    init(_ body: [UInt8]) throws(JSONError) {
        let result = Self.scan(body)
        guard case .failure(let error) = result else {
            self = try result.get()
            return
        }
        // Telegram sends some strings that users chose as raw bytes, which may be invalid UTF-8.
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
            // Without an offset, the same malformed updates would come again at once and forever.
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
        if let id = json["update_id"]?.integer, id < .max { nextOffset = id + 1 }
        do throws(Update.Malformed) {
            updates.append(try Update(json, text: text))
        } catch {
            malformed.append(error)
        }
    }

    static func firstID(in body: [UInt8]) -> Int64? {
        let key = Array(#""update_id""#.utf8)
        guard let start = body.indices.first(where: { body[$0...].starts(with: key) }) else { return nil }
        let digits = body[(start + key.count)...]
            .drop { $0 == 0x20 || $0 == UInt8(ascii: ":") }
            .prefix { (0x30...0x39).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
