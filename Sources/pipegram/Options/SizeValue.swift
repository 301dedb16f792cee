import ArgumentParser

/// A size on the command line: `65536`, `64KiB`, `1MiB` or `1M`.
struct SizeValue: ExpressibleByArgument, Sendable {
    let bytes: Int

    /// The default of --max-line.
    static let defaultMaxLine = SizeValue(bytes: 1 << 20)

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units = [
            "": 1, "B": 1, "K": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30,
            "GiB": 1 << 30,
        ]
        guard let number = Int(digits), let unit = units[String(argument.dropFirst(digits.count))],
            number > 0, number <= (1 << 40) / unit
        else { return nil }
        bytes = number * unit
    }

    var defaultValueDescription: String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20)MiB" : "\(bytes >> 10)KiB"
    }
}
