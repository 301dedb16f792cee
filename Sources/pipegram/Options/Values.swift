import ArgumentParser

/// A duration as it is written on the command line: `500ms`, `10s`, `15m`, `1h`, or `never`.
struct DurationValue: ExpressibleByArgument, Sendable {
    /// Nil for `never`.
    let duration: Duration?

    static let never = DurationValue(duration: nil)

    static func seconds(_ seconds: Int) -> DurationValue { DurationValue(duration: .seconds(seconds)) }

    init(duration: Duration?) { self.duration = duration }

    init?(argument: String) {
        if argument == "never" {
            self = .never
            return
        }
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let number = Int(digits), let unit = units[String(argument.dropFirst(digits.count))],
            number <= 1_000_000_000_000 / unit
        else { return nil }
        duration = .milliseconds(number * unit)
    }

    var defaultValueDescription: String {
        guard let duration else { return "never" }
        let seconds = duration.components.seconds
        return seconds % 60 == 0 && seconds > 60 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}

extension ArgumentHelp {
    static func duration(_ abstract: String) -> ArgumentHelp {
        ArgumentHelp(abstract, valueName: "10s|15m|never")
    }
}

/// A size as it is written on the command line: `65536`, `64KiB`, `1MiB`.
struct SizeValue: ExpressibleByArgument, Sendable {
    let bytes: Int

    /// How long a line of a child may be.
    static let usualLine = SizeValue(bytes: 1 << 20)

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let units = ["": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        guard let number = Int(digits), let unit = units[String(argument.dropFirst(digits.count))],
            number > 0, number <= (1 << 40) / unit
        else { return nil }
        bytes = number * unit
    }

    var defaultValueDescription: String {
        bytes % (1 << 20) == 0 ? "\(bytes >> 20)MiB" : "\(bytes >> 10)KiB"
    }
}
