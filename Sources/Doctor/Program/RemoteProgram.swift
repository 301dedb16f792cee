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
    /// - Parameters:
    ///   - isAuto: whether an event is acknowledged by `--ack auto`.
    ///   - isPlain: whether the bot speaks plain text, so it can't acknowledge.
    package func advice(isAuto: Bool, isPlain: Bool = false) -> [String] {
        let rule =
            isAuto
            ? "\(name) reads the events before the bot does, so --ack auto loses those in between when a machine or "
                + "connection fails: use \(isPlain ? "" : "--ack event or ")--ack exit"
            : nil
        return [rule, inputAdvice, terminalAdvice].compactMap(\.self)
    }

    /// Advice for a bot that would get no input.
    private var inputAdvice: String? {
        switch name {
        case "docker", "podman", "kubectl":
            // Others keep stdin open, such as `docker compose exec`.
            guard let verb = arguments.first(where: { !$0.hasPrefix("-") && $0 != "container" }),
                verb == "run" || verb == "exec", !hasFlag("i", long: ["--interactive", "--stdin"])
            else { return nil }
            return "\(name) \(verb) without -i gives the bot no input: add -i"
        case "systemd-run":
            return hasFlag("P", long: ["--pipe"])
                ? nil : "systemd-run gives the bot no input: add --pipe --wait"
        default: return nil
        }
    }

    /// Advice for a terminal, which repeats the bot's input as output.
    private var terminalAdvice: String? {
        switch name {
        case "ssh":
            // Behind the host are the bot's own options.
            let flag = arguments.prefix { $0.hasPrefix("-") }.first { ["-t", "-tt"].contains($0) }
            return flag.map {
                "ssh \($0) starts the bot on a terminal, which repeats its input as output: write -T"
            }
        case "docker", "podman", "kubectl":
            guard hasFlag("t", long: ["--tty"]) else { return nil }
            return "\(name) starts the bot on a terminal, which repeats its input as output: leave out -t"
        default: return nil
        }
    }

    /// Whether an option is given, alone or with others that have no value, before any `--`.
    private func hasFlag(_ letter: Character, long names: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains { word in
            names.contains { word == $0 || word == "\($0)=true" }
                || word.hasPrefix("-") && word.dropFirst().allSatisfy { "ditqPG".contains($0) }
                    && word.contains(letter)
        }
    }
}
