/// Chance that is the same every time (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
}

extension [UInt8] {
    /// What tends to upset those who read JSON.
    private static let splinters =
        [
            "{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\r\n", "\0", "null", "-", "1e999", "\\u",
            "\\ud800", "9223372036854775808", "{\"ok\":", "\"result\":[", "\"update_id\":", "\u{2028}",
        ].map { [UInt8]($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF]]

    /// These bytes with one to four things wrong.
    func mutated(by chance: inout Chance) -> [UInt8] {
        var bytes = self
        for _ in 0...chance.below(4) {
            let start = chance.below(bytes.count + 1)
            let end = Swift.min(bytes.count, start + chance.below(12))
            switch chance.below(6) {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: bytes[start..<end], at: chance.below(bytes.count + 1))
            case 2: bytes.insert(contentsOf: Self.splinters[chance.below(Self.splinters.count)], at: start)
            case 3:
                bytes.replaceSubrange(start..<end, with: Self.splinters[chance.below(Self.splinters.count)])
            case 4 where start < bytes.count: bytes[start] = UInt8(truncatingIfNeeded: chance.next())
            default: if chance.below(4) == 0 { bytes.removeSubrange(start...) }
            }
        }
        return bytes
    }
}
