import JSON

/// What an earlier `send` has done of the same input, as its results say.
package struct EarlierResults {
    /// What is known of a line.
    enum Outcome: Equatable {
        /// It has no result.
        case open
        case done(ok: Bool)
        /// It isn't the line that has a result: the input is another one.
        case other
    }

    private var results: [Int: (hash: UInt64, ok: Bool)] = [:]
    /// The last line that has a result; 0 when there is none.
    private(set) var lastLine = 0

    package init() {}

    /// What each line that `send` writes begins with.
    package static let start = Array(#"{"type":"telegram.result","line":"#.utf8)

    /// Takes a line that `send` wrote. False where it is none.
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
