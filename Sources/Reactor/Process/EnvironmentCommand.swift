/// The arguments of env(1): options, assignments, and the command to start.
package struct EnvironmentCommand {
    /// The program with its arguments; empty if none is named.
    package private(set) var command: [String] = []
    /// Whether the program is looked up in this process's PATH and directory.
    private var searchesHere = true

    /// - Parameter arguments: without env itself.
    package init(_ arguments: [String]) {
        var words = arguments[...]
        while let word = words.first, word.hasPrefix("-"), word != "--" {
            words.removeFirst()
            word.hasPrefix("--") ? readLong(word, &words) : readShort(word.dropFirst(), &words)
        }
        if words.first == "--" { words.removeFirst() }
        while let word = words.first, word.contains("=") {
            if word.hasPrefix("PATH=") { searchesHere = false }
            words.removeFirst()
        }
        command = Array(words)
    }

    /// The program that is looked up; nil if there is none, or it may be elsewhere.
    package var wanted: String? {
        // Quotes and variables mean something to -S.
        guard searchesHere, let name = command.first, !name.contains(where: { "\"'\\$#".contains($0) }) else {
            return nil
        }
        return name
    }

    /// Whether an option splits the rest of its line into words.
    static func splits(_ option: String) -> Bool {
        if option.hasPrefix("--") { return option.hasPrefix("--split-string=") }
        return option.hasPrefix("-") && option.dropFirst().prefix { !"uC".contains($0) }.contains("S")
    }

    private mutating func readLong(_ option: String, _ words: inout ArraySlice<String>) {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count > 1 ? String(parts[1]) : nil
        switch parts[0] {
        case "--ignore-environment": searchesHere = false
        case "--unset": unset(value ?? words.popFirst())
        case "--chdir":
            searchesHere = false
            if value == nil { words.removeFirst(min(1, words.count)) }
        case "--split-string": split(value ?? words.popFirst(), &words)
        default: break
        }
    }

    /// - Parameter letters: of several options in one word, such as `iS`.
    private mutating func readShort(_ letters: Substring, _ words: inout ArraySlice<String>) {
        if letters.isEmpty { searchesHere = false }
        for (index, letter) in zip(letters.indices, letters) {
            let rest = letters[letters.index(after: index)...]
            let value = { (words: inout ArraySlice<String>) in rest.isEmpty ? words.popFirst() : String(rest)
            }
            switch letter {
            case "i": searchesHere = false
            case "u": return unset(value(&words))
            case "C":
                searchesHere = false
                return _ = value(&words)
            case "S": return split(value(&words), &words)
            default: break
            }
        }
    }

    private mutating func unset(_ name: String?) {
        if name == "PATH" { searchesHere = false }
    }

    private func split(_ text: String?, _ words: inout ArraySlice<String>) {
        let first = (text ?? "").split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        words = (first + words)[...]
    }
}
