/// The name that was probably meant by one that nobody knows.
package nonisolated enum SpellingSuggestion {
    /// Longer names are nobody's slip, and would only cost time.
    private static let longestName = 64

    /// The one among `names` that `name` was probably meant to be; nil when none is like it.
    ///
    /// Alike are names that differ in few places, by a character left out, put in, exchanged, or swapped with its
    /// neighbour: one place in three characters. So is what begins a single name. Capitals, `-` and `_` don't count:
    /// `SendMessage` and `send_message` are `sendMessage`. Of several the nearest; of those as near, the one that
    /// begins most like it, and then the first of the alphabet.
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

    /// `; did you mean 'run'?`, with quotes of one's own choice, or nothing.
    package static func hint(
        to name: String, among names: some Sequence<String>, quote: String = "'"
    ) -> String {
        self.name(to: name, among: names).map { "; did you mean \(quote)\($0)\(quote)?" } ?? ""
    }

    /// What counts of a name.
    private static func letters(of name: String) -> [UInt8] {
        name.utf8.prefix(longestName + 1).compactMap { byte in
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
    }

    /// In how many places two names differ.
    private static func distance(from one: [UInt8], to other: [UInt8]) -> Int {
        // Rows of the table of all beginnings of `one` against all of `other`; of the last two is enough kept.
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
