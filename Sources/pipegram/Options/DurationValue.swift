import ArgumentParser

/// A duration on the command line: `500ms`, `10s`, `15m`, `1h`, or `never`.
struct DurationValue: ExpressibleByArgument, Sendable {
    /// Nil for `never`.
    let duration: Duration?

    /// The value's name in the help.
    static let forms = "10s|15m|never"

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
        ArgumentHelp(abstract, valueName: DurationValue.forms)
    }
}
