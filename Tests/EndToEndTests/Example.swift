import Glibc
import Reactor
import TestSupport
import Testing

/// A folder of `examples/`: a bot, updates, and the calls that it makes.
struct Example {
    /// One way to start a bot. The commands run in the bot's folder and build into `$out`.
    struct Way {
        /// The Debian packages that it needs.
        let packages: String
        /// A command that fails if a package is missing.
        let probe: String
        var build = "true"
        /// The options that the bot needs, of `replay` and of `doctor`.
        var options = ""
        let start: String
    }

    let name: String
    /// The file extension of the bot, which identifies the language.
    let ending: String

    var folder: String { "\(ProjectPaths.root)/examples/\(name)" }
    var bot: String { "\(folder)/bot.\(ending)" }
    var ways: [Way] { Self.ways[name] ?? Self.ways[ending] ?? [] }
    /// Most examples show one thing.
    var lineLimit: Int { name == "agent" ? 80 : 40 }

    static let all = Directory.names(in: "\(ProjectPaths.root)/examples").flatMap { name in
        Directory.names(in: "\(ProjectPaths.root)/examples/\(name)").filter { $0.hasPrefix("bot.") }
            .map { Example(name: name, ending: String($0.dropFirst("bot.".count))) }
    }

    /// By the name of the example, or by the ending.
    private static let ways = [
        "agent": [
            Way(
                packages: "python3", probe: "command -v python3", build: "export DRAFT_SECONDS=3600",
                options: "--ack event --workdir $out/{scope}", start: "$PWD/bot.py $PWD/stand-in.py")
        ],
        "awk": [
            Way(packages: "mawk", probe: "command -v mawk", start: "./bot.awk"),
            Way(packages: "gawk", probe: "command -v gawk", start: "gawk -f bot.awk"),
        ],
        "c": [
            Way(
                packages: "gcc and libjansson-dev", probe: "echo '#include <jansson.h>' | cc -E -",
                build: "cc -o $out/bot bot.c -ljansson -lm", start: "$out/bot")
        ],
        "go": [
            Way(
                packages: "golang-go", probe: "go version", build: "go build -o $out/bot bot.go",
                start: "$out/bot")
        ],
        "js": [Way(packages: "nodejs", probe: "command -v node", start: "./bot.js")],
        "lua": [
            Way(
                packages: "lua5.4 and lua-cjson", probe: "lua5.4 -e 'require \"cjson\"'", start: "./bot.lua")
        ],
        "pl": [Way(packages: "perl", probe: "perl -MJSON::PP -e 1", start: "./bot.pl")],
        "py": [Way(packages: "python3", probe: "command -v python3", start: "./bot.py")],
        "rb": [Way(packages: "ruby", probe: "ruby -rjson -e 1", start: "./bot.rb")],
        "sh": [Way(packages: "jq", probe: "command -v jq", start: "./bot.sh")],
        "stream": [
            Way(
                packages: "nodejs", probe: "command -v node", options: "--ack event", start: "./bot.js")
        ],
        "swift": [
            Way(
                packages: "Swift", probe: "command -v swiftc", build: "swiftc -o $out/bot bot.swift",
                start: "$out/bot")
        ],
        "tcl": [
            Way(
                packages: "tcl and tcllib",
                probe: "echo 'if {[catch {package require json::write}]} {exit 1}' | tclsh",
                start: "./bot.tcl")
        ],
    ]

    static func lines(of file: String) throws -> [String] {
        try ProjectFile.text(at: file).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(
                String.init)
    }
}
