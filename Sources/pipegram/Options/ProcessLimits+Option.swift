import ArgumentParser
import Reactor

extension ProcessLimits {
    /// The least number of open files that any program gets along with.
    private static let fewestFiles = 16

    /// Parses `memory=256M,cpu=60s,processes=64,files=128`, with at least one of them.
    init(option text: String) throws {
        self.init()
        var keys: Set<String> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.filter { $0 != " " }.split(separator: "=", maxSplits: 1).map(String.init)
            let value = words.count == 2 ? words[1] : ""
            if let key = words.first, !keys.insert(key).inserted {
                throw ValidationError("--limit has '\(key)' twice: give it once.")
            }
            switch words.first {
            case "memory":
                memory = UInt64(
                    try Self.read(SizeValue(argument: value)?.bytes, part, "a size, such as 256M"))
            case "cpu":
                let seconds = DurationValue(argument: value)?.duration?.components.seconds
                cpu = UInt64(try Self.read(seconds.map(Int.init), part, "at least a second, such as 60s"))
            case "processes":
                processes = UInt64(try Self.read(Int(value), part, "a number, such as 64"))
            case "files":
                let count = Int(value).flatMap { $0 < Self.fewestFiles ? nil : $0 }
                files = UInt64(
                    try Self.read(count, part, "a number from \(Self.fewestFiles) on, such as 128"))
            default:
                throw ValidationError(
                    "--limit has no '\(words.first ?? "")': use memory, cpu, processes or files, such as memory=256M,cpu=60s."
                )
            }
        }
    }

    private static func read(_ value: Int?, _ part: Substring, _ expected: String) throws -> Int {
        guard let value, value > 0 else {
            throw ValidationError("--limit \(part): the value must be \(expected).")
        }
        return value
    }
}
