extension [UInt8] {
    /// What tends to upset those who read JSON.
    private static let splinters =
        [
            "{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\r\n", "\0", "null", "-", "1e999", "1e308",
            "\\u", "\\u0000", "\\ud800", "\\ude00", "9223372036854775808", "{\"ok\":", "\"result\":[",
            "\"update_id\":", "\u{2028}", "🐈",
        ].map { [UInt8]($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF]]

    private mutating func mutate(by chance: inout SeededRandom) {
        let start = chance.below(count + 1)
        let end = Swift.min(count, start + chance.below(12))
        let splinter = Self.splinters[chance.below(Self.splinters.count)]
        switch chance.below(6) {
        case 0: removeSubrange(start..<end)
        case 1: insert(contentsOf: self[start..<end], at: chance.below(count + 1))
        case 2: insert(contentsOf: splinter, at: start)
        case 3: replaceSubrange(start..<end, with: splinter)
        case 4 where start < count: self[start] = UInt8(truncatingIfNeeded: chance.next())
        default: if chance.below(4) == 0 { removeSubrange(start...) }
        }
    }

    /// An input for a reader of such samples: mostly one of them with a few things wrong, now and then with
    /// many, or the halves of two, or bytes at random.
    ///
    /// The same for the same samples and seed, wherever it runs.
    package static func input(like samples: [[UInt8]], seed: UInt64) -> [UInt8] {
        var chance = SeededRandom(seed: seed)
        var bytes = samples[chance.below(samples.count)]
        switch chance.below(16) {
        case 0:
            bytes = (0..<chance.below(200)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
        case 1:
            let other = samples[chance.below(samples.count)]
            bytes = Array(
                bytes.prefix(chance.below(bytes.count + 1)) + other.dropFirst(chance.below(other.count)))
        case 2:
            for _ in 0..<16 { bytes.mutate(by: &chance) }
        default:
            for _ in 0...chance.below(4) { bytes.mutate(by: &chance) }
        }
        return bytes
    }
}

extension [UInt8] {
    /// These bytes in pieces of at most eight.
    package func cut(by chance: inout SeededRandom) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < count {
            let end = Swift.min(count, start + chance.below(9))
            pieces.append(self[start..<end])
            start = end
        }
        return pieces
    }
}
