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

    // Keeps the help free of the value that stands for none.
    static var allValueStrings: [String] { [] }
    var description: String { "" }
}
