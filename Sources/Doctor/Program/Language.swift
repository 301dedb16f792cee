import Reactor

/// A bot's language, as far as the suggested fixes differ.
enum Language: String, CaseIterable, Sendable {
    case shell, python, ruby, perl, lua, awk, sed, grep, jq, node, php, tcl
    /// Machine code from any language.
    case compiled

    /// By the name of a script or of an interpreter: `bot.py`, `python3.11`.
    init?(of name: String) {
        guard let language = Self(script: name) ?? Self(interpreter: name) else { return nil }
        self = language
    }

    private init?(script name: String) {
        guard let dot = name.lastIndex(of: "."),
            let language = Self.endings[String(name[name.index(after: dot)...])]
        else { return nil }
        self = language
    }

    /// By the name of an interpreter: `/usr/bin/python3.11`. Nil for `bot.py`.
    init?(interpreter name: String) {
        guard Self(script: name) == nil else { return nil }
        let file = name.baseName ?? name
        // Versions: `python3.11`, `lua5.4`, `ruby-3.2`.
        let stem = String(file.prefix { !$0.isNumber && $0 != "-" && $0 != "." })
        guard let language = Self.interpreters[stem] else { return nil }
        self = language
    }

    /// By the first line of a script: `#!/usr/bin/env -S python3 -u`.
    init?(shebang line: String) {
        guard let name = Shebang(line)?.command.first else { return nil }
        self.init(of: name.baseName ?? name)
    }

    private static let endings: [String: Language] = [
        "sh": .shell, "bash": .shell, "zsh": .shell, "ksh": .shell, "py": .python, "rb": .ruby, "pl": .perl,
        "lua": .lua, "awk": .awk, "sed": .sed, "jq": .jq, "js": .node, "mjs": .node, "cjs": .node,
        "php": .php,
        "tcl": .tcl,
    ]

    private static let interpreters: [String: Language] = [
        "sh": .shell, "bash": .shell, "dash": .shell, "zsh": .shell, "ksh": .shell, "ash": .shell,
        "python": .python, "pypy": .python, "ruby": .ruby, "perl": .perl, "lua": .lua, "luajit": .lua,
        "awk": .awk, "mawk": .awk, "gawk": .awk, "nawk": .awk, "sed": .sed, "grep": .grep, "egrep": .grep,
        "jq": .jq, "node": .node, "nodejs": .node, "deno": .node, "bun": .node, "php": .php, "tclsh": .tcl,
    ]

    /// The usual shebang line.
    var shebang: String? {
        switch self {
        case .shell: "#!/bin/sh"
        case .python: "#!/usr/bin/env python3"
        case .node: "#!/usr/bin/env node"
        case .awk: "#!/usr/bin/env -S awk -f"
        case .sed: "#!/bin/sed -unf"
        case .jq: "#!/usr/bin/env -S jq --unbuffered -cf"
        case .ruby, .perl, .lua, .php: "#!/usr/bin/env \(rawValue)"
        case .tcl: "#!/usr/bin/env tclsh"
        case .grep, .compiled: nil
        }
    }
}

extension Language {
    /// How to flush stdout.
    var flushAdvice: String {
        switch self {
        case .shell:
            "in a pipe make each command flush: jq --unbuffered, sed -u, grep --line-buffered, or stdbuf -oL"
        case .python: "write print(…, flush=True), or start it with python3 -u"
        case .ruby: "write $stdout.sync = true at the start"
        case .perl: "write $| = 1; at the start"
        case .lua: "write io.stdout:setvbuf(\"line\") at the start"
        case .awk: "write fflush() after each print; mawk reads in blocks too, without -W interactive"
        case .sed: "start it with sed -u"
        case .grep: "start it with grep --line-buffered"
        case .jq: "start it with jq --unbuffered, such as with #!/usr/bin/env -S jq --unbuffered -cf"
        case .node: "write each line at once with console.log or process.stdout.write"
        case .php: "write flush() after each echo, and don't call ob_start()"
        case .tcl: "write chan configure stdout -buffering line at the start"
        case .compiled:
            "flush after each line: in C fflush(stdout), or setvbuf(stdout, NULL, _IOLBF, 0) first in main; "
                + "in Go Flush() of the bufio.Writer; in Rust stdout().flush(); a C program can be started with stdbuf -oL"
        }
    }

    /// How to write to stderr.
    var stderrExample: String {
        switch self {
        case .shell: "echo … >&2"
        case .python: "print(…, file=sys.stderr)"
        case .ruby: "warn …"
        case .perl: "print STDERR …"
        case .lua: "io.stderr:write(…)"
        case .awk: "print … > \"/dev/stderr\""
        case .node: "console.error(…)"
        case .php: "fwrite(STDERR, …)"
        case .tcl: "puts stderr …"
        case .jq: "stderr"
        case .compiled: "fprintf(stderr, …) in C"
        case .sed, .grep: "to stderr"
        }
    }

    /// How to exit at the end of stdin.
    var exitAdvice: String {
        switch self {
        case .node: "Exit at its end: process.stdin.on(\"end\", () => process.exit(0))"
        case .python:
            "Leave the loop at the end of the input; make threads daemons: Thread(…, daemon=True)"
        case .shell: "Leave the loop at the end of the input: while read -r line; do …"
        default: "Leave the loop at the end of the input"
        }
    }

    /// How to write a value as one line of JSON.
    var jsonEncoder: String {
        switch self {
        case .shell, .jq: "jq -c"
        case .python: "json.dumps(…) without indent"
        case .ruby: "JSON.generate(…)"
        case .perl: "JSON::PP->new->utf8->encode(…)"
        case .node: "JSON.stringify(value)"
        case .php: "json_encode(…)"
        case .lua: "require(\"cjson\").encode(…)"
        case .awk, .sed, .grep, .tcl, .compiled: "an encoder for JSON, on one line"
        }
    }

    /// How to read a key that may be missing.
    var missingKey: String {
        switch self {
        case .python: "event.get(\"text\")"
        case .ruby: "event[\"text\"].to_s"
        case .node: "event.text ?? \"\""
        case .perl: "$event->{text} // ''"
        case .lua: "event.text or \"\""
        case .php: "$event['text'] ?? ''"
        case .shell, .jq: "jq '.text // empty'"
        case .awk, .sed, .grep, .tcl, .compiled: "a check that the key exists"
        }
    }
}
