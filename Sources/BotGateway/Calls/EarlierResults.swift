import JSON

/// The results that an earlier `send` wrote for the same input.
package struct EarlierResults {
    /// What the earlier results say about a line.
    enum Outcome: Equatable {
        /// It has no result yet.
        case open
        case done(ok: Bool)
        /// Another line has a result with this number: the input isn't the same.
        case other
    }

    private var results: [Int: (hash: UInt64, ok: Bool)] = [:]
    /// The highest line number with a result; 0 if there is none.
    private(set) var lastLine = 0

    package init() {}

    /// The beginning of each result line that `send` writes.
    package static let start = Array(#"{"type":"telegram.result","line":"#.utf8)

    /// Adds a result line. Returns false if it isn't one.
    package mutating func add(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let result = try? JSON(parsing: line), let number = result["line"]?.integer, number > 0,
            let hash = result["hash"]?.string.flatMap({ UInt64($0, radix: 16) }),
            let ok = result["ok"]?.bool
        else { return false }
        results[Int(number)] = (hash, ok)
        lastLine = max(lastLine, Int(number))
        return true
    }

    func verdict(on line: CallLine) -> Outcome {
        guard let result = results[line.number] else { return .open }
        return UInt64(line.hash, radix: 16) == result.hash ? .done(ok: result.ok) : .other
    }
}
