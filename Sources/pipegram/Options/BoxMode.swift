import ArgumentParser

/// The value of `--box`, which may be left out. In a configuration file and in the environment it can't be.
enum BoxMode: String, ExpressibleByArgument, CustomStringConvertible {
    case off = "false"
    case on = "true"
    /// With the network.
    case net

    init?(argument: String) {
        switch argument {
        case "true", "1": self = .on
        case "false", "0": self = .off
        case "net": self = .net
        default: return nil
        }
    }

    /// Refuses a value that ArgumentParser takes for none.
    static func check(_ words: [String] = CommandLine.arguments) throws {
        for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("--box=") {
            let value = String(word.dropFirst("--box=".count))
            guard BoxMode(argument: value) == nil else { continue }
            throw ValidationError("--box takes no value but net, not '\(value)'.")
        }
    }

    // Keeps the help free of the value that stands for none.
    static var allValueStrings: [String] { [] }
    var description: String { "" }
}
