import Reactor

/// A program that starts the bot on another machine, or in a container or unit of its own, and passes lines on.
package struct RemoteProgram {
    private let name: String
    private let arguments: ArraySlice<String>

    /// - Parameter command: a program and its arguments, also behind env(1); nil if it starts the bot here.
    package init?(_ command: [String]) {
        let isBehindEnv = command.first?.baseName == "env"
        let command = isBehindEnv ? EnvironmentCommand(Array(command.dropFirst())).command : command
        guard let name = command.first?.baseName, Self.names.contains(name) else { return nil }
        (self.name, arguments) = (name, command.dropFirst())
    }

    private static let names: Set = ["ssh", "docker", "podman", "kubectl", "nomad", "systemd-run"]

    /// What to change, as sentences without a full stop.
    ///
    /// - Parameter isAuto: whether an event is acknowledged by `--ack auto`.
    package func advice(isAuto: Bool) -> [String] {
        let rule =
            isAuto
            ? "\(name) reads the events before the bot does, so --ack auto loses those in between when a machine or "
                + "connection fails: use --ack event or --ack exit"
            : nil
        return [rule, inputAdvice, terminalAdvice].compactMap(\.self)
    }

    /// Advice for a bot that would get no input.
    private var inputAdvice: String? {
        switch name {
        case "docker", "podman", "kubectl":
            guard let verb = arguments.first(where: { $0 == "run" || $0 == "exec" }) else { return nil }
            let isGiven = hasFlag("i", long: "--interactive") || arguments.contains("--stdin")
            return isGiven ? nil : "\(name) \(verb) without -i gives the bot no input: add -i"
        case "systemd-run":
            return hasFlag("P", long: "--pipe")
                ? nil : "systemd-run gives the bot no input: add --pipe --wait"
        default: return nil
        }
    }

    /// Advice for a terminal, which repeats the bot's input as output.
    private var terminalAdvice: String? {
        switch name {
        case "ssh":
            guard let flag = arguments.first(where: { $0 == "-t" || $0 == "-tt" }) else { return nil }
            return "ssh \(flag) starts the bot on a terminal, which repeats its input as output: write -T"
        case "docker", "podman", "kubectl":
            guard ["-it", "-ti", "--tty", "--tty=true"].contains(where: arguments.contains) else {
                return nil
            }
            return "\(name) starts the bot on a terminal, which repeats its input as output: leave out -t"
        default: return nil
        }
    }

    private func hasFlag(_ letter: Character, long: String) -> Bool {
        arguments.contains { word in
            word == long || word.hasPrefix("\(long)=")
                || word.hasPrefix("-") && !word.hasPrefix("--") && word.contains(letter)
        }
    }
}
