/// Suggests a known name for a misspelt one.
package nonisolated enum SpellingSuggestion {
    /// Longer names aren't typing errors, and comparing them would take long.
    private static let longestName = 64

    /// The name among `names` that is most similar to `name`; nil if none is similar.
    ///
    /// Names are similar if they differ by few edits: one for every three characters. An edit inserts, deletes or
    /// replaces a character, or swaps two neighbours. A prefix of exactly one name is similar to that name too. Case,
    /// `-` and `_` are ignored: `SendMessage` and `send_message` match `sendMessage`. Fewer edits win, then the longer
    /// common prefix, then alphabetical order.
    package static func name(to name: String, among names: some Sequence<String>) -> String? {
        let wanted = letters(of: name)
        guard !wanted.isEmpty, wanted.count <= longestName else { return nil }
        var best: (name: String, distance: Int, shared: Int)?
        var continued: [String] = []
        for candidate in names {
            let letters = letters(of: candidate)
            if letters.count > wanted.count, letters.starts(with: wanted) { continued.append(candidate) }
            let limit = max(1, min(wanted.count, letters.count) / 3)
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = distance(from: wanted, to: letters)
            guard distance <= limit else { continue }
            let shared = zip(wanted, letters).prefix { $0 == $1 }.count
            if let best, (best.distance, -best.shared, best.name) <= (distance, -shared, candidate) {
                continue
            }
            best = (candidate, distance, shared)
        }
        if let best { return best.name }
        return wanted.count >= 2 && continued.count == 1 ? continued[0] : nil
    }

    /// `; did you mean 'run'?` with the given quotes, or an empty string.
    package static func hint(
        to name: String, among names: some Sequence<String>, quote: String = "'"
    ) -> String {
        self.name(to: name, among: names).map { "; did you mean \(quote)\($0)\(quote)?" } ?? ""
    }

    /// The characters that count in a comparison.
    private static func letters(of name: String) -> [UInt8] {
        name.utf8.prefix(longestName + 1).compactMap { byte in
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// The number of edits between two names.
    private static func distance(from one: [UInt8], to other: [UInt8]) -> Int {
        // Rows of the dynamic programming table: prefixes of `one` by prefixes of `other`. Only the last two rows are
        // kept.
        var before: [Int] = []
        var last = Array(0...other.count)
        for i in one.indices {
            var row = [i + 1]
            row.reserveCapacity(last.count)
            for j in other.indices {
                var least = min(last[j] + (one[i] == other[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    least = min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[other.count]
    }
}
