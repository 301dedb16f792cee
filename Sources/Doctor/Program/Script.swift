import Glibc

/// A script's text: finds its language, and the lines that a diagnosis refers to.
package struct Script {
    /// The name for diagnoses.
    let name: String
    let language: Language?
    private let lines: [Substring]
    /// Where its file is.
    private let directory: String?

    init(name: String, text: String, language: Language?, directory: String? = nil) {
        (self.name, self.directory) = (name, directory)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        self.language =
            language ?? lines.first.flatMap { Language(shebang: String($0)) } ?? Language(of: name)
    }

    /// `bot.py:14`, or the name alone if the line is unknown.
    func place(_ line: Int?) -> String { line.map { "\(name):\($0)" } ?? name }

    /// The file of a Python module that lies beside the script.
    func neighbor(ofModule module: Substring) -> String? {
        guard let directory else { return nil }
        return ["\(module).py", "\(module)/"].first { access("\(directory)/\($0)", F_OK) == 0 }
    }

    /// The text of a line, numbered from 1.
    func text(of line: Int) -> String {
        lines.indices.contains(line - 1) ? lines[line - 1].trimmed : ""
    }

    /// The first line of code that contains one of these words.
    func line(with words: [String], without others: [String] = []) -> Int? {
        firstLine { line in words.contains(where: line.contains) && !others.contains(where: line.contains) }
    }

    private func firstLine(where isMeant: (Substring) -> Bool) -> Int? {
        for (index, line) in lines.enumerated() where !isComment(line, index) && isMeant(line) {
            return index + 1
        }
        return nil
    }

    private func isComment(_ line: Substring, _ index: Int) -> Bool {
        let text = line.drop(while: \.isWhitespace)
        return text.isEmpty || text.hasPrefix("//") || text.hasPrefix("--") || text.hasPrefix("#")
    }
}

extension Script {
    /// The line that probably printed the output: it shares the most words with it.
    func line(printing output: String) -> Int? {
        let pieces: [Substring] = output.prefix(400).split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let words = Set(pieces.filter { $0.count > 2 })
        var best: (line: Int, score: Int)?
        for (index, line) in lines.prefix(5000).enumerated() where !isComment(line, index) {
            let prints = Self.prints.contains { line.contains($0) }
            let score = words.reduce(0) { $0 + (line.contains($1) ? $1.count : 0) } * 2 + (prints ? 1 : 0)
            if score > (best?.score ?? 5) { best = (index + 1, score) }
        }
        return best?.line ?? line(with: Self.prints)
    }

    private static let prints = ["print", "echo", "puts", "say", "write", "console.log"]

    /// The line with buffered output, and the fix.
    func bufferedLine() -> (line: Int?, remedy: String) {
        let remedy = language?.flushAdvice ?? "flush stdout after each line, or start it with stdbuf -oL"
        switch language {
        case .python:
            return (
                line(with: ["print(", "stdout.write(", ".write("], without: ["flush=True", "stderr"]), remedy
            )
        case .ruby: return (line(with: ["puts", "print", "$stdout.write", "p("]), remedy)
        case .perl: return (line(with: ["print", "say "]), remedy)
        case .lua:
            return (line(with: ["print(", "io.write(", "stdout:write("], without: ["function "]), remedy)
        case .awk: return (line(with: ["print"], without: ["fflush"]), remedy)
        case .tcl: return (line(with: ["puts"]), remedy)
        case .php: return (line(with: ["ob_start", "echo", "print"]), remedy)
        case .shell: return bufferedCommand() ?? (nil, remedy)
        // The options are in the shebang line.
        case .jq, .sed: return (lines.first?.hasPrefix("#!") == true ? 1 : nil, remedy)
        default: return (nil, remedy)
        }
    }

    /// Whether the script flushes or unbuffers its output somewhere.
    var flushes: Bool {
        let signs = [
            "flush", "sync = true", "$| = 1", "$|=1", "setvbuf", "-buffering", "unbuffered", "stdbuf",
        ]
        return line(with: signs) != nil
    }

    /// The line of a shell's `read` without `-r`, which removes backslashes.
    func lineReadingBackslashes() -> Int? {
        firstLine { line in
            let words = line.split { $0 == " " || $0 == ";" }
            guard let read = words.firstIndex(of: "read") else { return false }
            return !words[read...].contains { $0.hasPrefix("-") && $0.contains("r") }
        }
    }

    /// In a shell script, the buffering is done by a command that it runs.
    private func bufferedCommand() -> (line: Int?, remedy: String)? {
        for (command, sign, remedy) in Self.filters {
            let line = firstLine { text in
                let words = text.split { !($0.isLetter || $0.isNumber || "-_=".contains($0)) }
                return words.contains { $0 == command } && !sign.contains { text.contains($0) }
            }
            if let line { return (line, remedy) }
        }
        return nil
    }

    private static let filters: [(command: String, sign: [String], remedy: String)] = [
        ("jq", ["--unbuffered"], "write jq --unbuffered"),
        ("sed", ["-u", "--unbuffered"], "write sed -u"),
        ("grep", ["--line-buffered"], "write grep --line-buffered"),
        ("mawk", ["interactive"], "write mawk -W interactive, and fflush() after each print"),
        ("awk", ["fflush"], "write fflush() after each print"),
        ("gawk", ["fflush"], "write fflush() after each print"),
        ("python3", [" -u"], "write python3 -u"), ("python", [" -u"], "write python -u"),
        ("perl", ["$|"], "write $| = 1; at the beginning of the Perl program"),
        ("tr", ["stdbuf"], "write stdbuf -oL tr"), ("cut", ["stdbuf"], "write stdbuf -oL cut"),
    ]

    /// The line that reads all of stdin at once.
    func lineReadingAll() -> Int? {
        switch language {
        case .python:
            line(with: [
                "stdin.read()", "stdin.readlines()", "json.load(sys.stdin)", "fileinput.input()).read",
            ])
        case .ruby: line(with: ["STDIN.read", "$stdin.read", "ARGF.read", "readlines"])
        case .node:
            line(with: ["readFileSync(0", "readFileSync('/dev/stdin'", "readFileSync(\"/dev/stdin\""])
        case .perl: line(with: ["= <STDIN>;\n", "undef $/", "local $/", "@lines = <"])
        case .lua: line(with: ["io.read(\"a\")", "io.read(\"*a\")", "io.read('*a')", "io.read('a')"])
        case .php: line(with: ["stream_get_contents(STDIN", "file_get_contents('php://stdin'"])
        case .shell: line(with: ["$(cat)", "`cat`", "$(cat -)", "jq -s", "--slurp", "| sort", "tac"])
        case .jq: line(with: ["--slurp", "-s"])
        default: nil
        }
    }

    /// The line named in an error message: in a Python traceback, the innermost one.
    func line(in stderr: [String]) -> Int? {
        let found = stderr.compactMap(lineNumber)
        return language == .python ? found.last : found.first
    }

    private func lineNumber(in stderr: String) -> Int? {
        let file = name.baseName ?? name
        guard let mention = stderr.firstRange(of: file) else { return nil }
        var rest = stderr[mention.upperBound...].drop { "\",:' [(".contains($0) }
        if rest.hasPrefix("line ") { rest = rest.dropFirst(5) }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        // A letter after the digits means that they are no line number: `bot.sh: 3: x` and not `bot.sh: 3rd`.
        guard let line = Int(digits), (1...max(1, lines.count)).contains(line),
            rest.dropFirst(digits.count).first?.isLetter != true
        else { return nil }
        return line
    }

    /// The line of stderr that names the cause.
    func cause(in stderr: [String]) -> String? {
        let spoken = stderr.filter { !$0.allSatisfy(\.isWhitespace) }
        return switch language {
        case .python: spoken.last
        // Node prints the source line and a marker before the error.
        case .node: spoken.first { $0.contains("Error:") } ?? spoken.first
        default: spoken.first
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
