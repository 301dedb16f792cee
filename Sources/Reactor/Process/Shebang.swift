/// The first line of a script: `#!/usr/bin/env -S python3 -u`.
package struct Shebang {
    /// Why env(1) finds no program in the line.
    package nonisolated enum Fault: Equatable, Sendable {
        /// The system passes everything after env as one argument: these words are one program's name, or nothing that
        /// env understands. They need `-S`.
        case notSplit
        /// No program is named, so env would start the script again, without end.
        case noProgram
    }

    /// Empty if the line names none.
    package let interpreter: String
    /// The words behind it. The system passes them as one argument.
    package let words: [String]

    /// Nil if the text doesn't begin with `#!`.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("#!") else { return nil }
        let line = String(text.dropFirst(2)).prefix { $0 != "\n" && $0 != "\r\n" }
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        interpreter = words.first ?? ""
        self.words = Array(words.dropFirst())
    }

    private var isEnvironment: Bool { interpreter.baseName == "env" }

    /// The program that interprets the script, with its arguments; behind env, the one that env starts.
    package var command: [String] {
        isEnvironment ? EnvironmentCommand(words).command : [interpreter] + words
    }

    /// The fault in an env line; nil if there is none, or if another interpreter is named.
    package var fault: Fault? {
        guard isEnvironment else { return nil }
        if words.count > 1, !EnvironmentCommand.splits(words[0]) { return .notSplit }
        return command.isEmpty ? .noProgram : nil
    }

    /// The name that env looks up in PATH; nil if another interpreter is named, or env searches elsewhere.
    package var wanted: String? {
        guard isEnvironment, fault == nil else { return nil }
        return EnvironmentCommand(words).wanted
    }
}
