import JSON
import TestSupport

extension Reader {
    /// What is read of JSON is written so that it reads the same.
    nonisolated static let json = Reader(
        "json",
        samples: [
            #"{"update_id":9001,"message":{"from":{"id":42,"first_name":"Ада 🐈"},"text":"\ud83d\ude00 \u0434\n"}}"#,
            #"[1,-2.5e3,9223372036854775807,true,false,null,"",{"":[]},"a\u0000\\u\"\/"]"#,
            "[[[[{\"a\":{\"b\":[\"\u{2028}\",0.1]}}]]]] ",
        ]
    ) { bytes in
        let plain = try? JSON(parsing: bytes)
        let unique = bytes.withUnsafeBytes { try? JSON(parsingUniqueKeys: $0) }
        let repaired = bytes.withUnsafeBytes { try? JSON(repairing: $0) }
        let salvaged = bytes.withUnsafeBytes { try? JSON(salvaging: $0) }
        // Each reads at least what the one before it reads, and the same.
        if let unique, plain != unique { return .fault("keys that come once change what is read") }
        if let plain, repaired != plain { return .fault("repaired though it was whole") }
        if let repaired, salvaged != repaired { return .fault("salvaged though it was readable") }
        guard let salvaged else { return .refused }
        let written = salvaged.bytes
        guard let again = try? JSON(parsing: written), again == salvaged, again.bytes == written else {
            return .fault("written as \(salvaged)")
        }
        guard let plain else { return .read }
        return CompactJSON.withCompact(bytes) { compact in
            guard !compact.contains(0x0A), (try? JSON(parsing: compact)) == plain else {
                return .fault("compacted to \(String(decoding: compact, as: UTF8.self))")
            }
            guard let unique else { return .read }
            // A key that has to be escaped isn't found by its name.
            for (key, value) in unique.members where JSON(key).bytes.count == key.utf8.count + 2 {
                for isLast in [false, key == unique.keys.last] {
                    guard let member = CompactJSON.member(key, of: compact, isLast: isLast),
                        (try? JSON(parsing: member)) == value
                    else { return .fault("'\(key)' is found elsewhere") }
                }
            }
            return .read
        }
    }
}
