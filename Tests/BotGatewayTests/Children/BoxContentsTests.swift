import Glibc
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// What is visible in a box, by the paths of a machine that the test makes.
@Suite struct BoxContentsTests {
    private let home = TemporaryDirectory()

    private func bot(_ path: String = "bot/bot.sh") -> String {
        Self.make(home, path)
        return home.write(path, "#!/bin/sh\n")
    }

    private static func make(_ home: TemporaryDirectory, _ path: String) {
        try? Directory.make("\(home.path)/\(path.split(separator: "/").dropLast().joined(separator: "/"))")
    }

    private func contents(
        of words: [String], directory: String? = nil, hiding secrets: [BoxContents.Secret] = []
    ) throws -> BoxContents {
        try BoxContents(
            for: try Program(words, searchPath: "/usr/bin:/bin"), directory: directory, secrets: secrets,
            home: home.path, searchPath: "/usr/bin:/bin")
    }

    /// The places in the home directory, without its path, with a mark for hidden ones.
    private func places(_ contents: BoxContents) -> [String] {
        contents.entries.filter { $0.path.hasPrefix(home.path) }
            .map { $0.path.dropFirst(home.path.count) + ($0.kind == .hidden ? " hidden" : "") }
    }

    @Test func `a program is seen with its directory, but not with a home directory`() throws {
        #expect(places(try contents(of: [bot()])) == ["/bot"])
        let state = BoxContents.Secret("\(home.path)/.local/state/pipegram", "the state directory")
        let warnings = try contents(of: [bot("alone.sh")], hiding: [state]).warnings
        #expect(warnings.count == 1 && warnings[0].contains("because it is a home directory"), "\(warnings)")
        #expect(places(try contents(of: [bot("alone.sh")])) == ["/alone.sh"])
    }

    @Test func `the first file among the arguments brings its directory, others only themselves`() throws {
        let script = bot("app/main.py")
        let data = bot("data/list")
        #expect(places(try contents(of: ["sh", "-x", script, data])) == ["/app", "/data/list"])
    }

    @Test func `a virtual environment is seen whole`() throws {
        #expect(places(try contents(of: [bot("venv/bin/python")])) == ["/venv"])
        // It also has the user's other files.
        _ = bot(".local/share/keys")
        #expect(places(try contents(of: [bot(".local/bin/bot")])) == ["/.local/bin"])
    }

    @Test func `beside a secret, only the program's file is seen, and a warning says so`() throws {
        let token = BoxContents.Secret("\(home.path)/bot/token", "the token file")
        let contents = try contents(of: [bot()], hiding: [token])
        #expect(places(contents) == ["/bot/bot.sh"])
        #expect(contents.warnings.count == 1)
        #expect(contents.warnings.first?.contains("the token file") == true)
    }

    @Test func `a program in the state directory doesn't show it`() throws {
        let state = BoxContents.Secret("\(home.path)/state", "the state directory")
        #expect(places(try contents(of: [bot("state/bot/bot.sh")], hiding: [state])) == ["/state/bot/bot.sh"])
    }

    @Test func `the directories of other children are hidden`() throws {
        let found = try contents(of: [bot()], directory: "\(home.path)/bot/data/{scope}")
        #expect(places(found) == ["/bot", "/bot/data hidden"])
        // There is no other place between them and the program.
        #expect(places(try contents(of: [bot()], directory: "\(home.path)/bot/{scope}")) == ["/bot/bot.sh"])
        #expect(places(try contents(of: [bot()], directory: "\(home.path)/{scope}")) == ["/bot"])
    }

    @Test func `the directories of other children are hidden by each path to them`() throws {
        let script = bot("releases/3/bot.sh").dropFirst(home.path.count + "/releases/3/".count)
        #expect(symlink("releases/3", "\(home.path)/current") == 0)
        let found = try contents(
            of: ["\(home.path)/current/\(script)"], directory: "\(home.path)/current/data/{scope}")
        #expect(
            places(found).sorted() == [
                "/current", "/current/data hidden", "/releases/3", "/releases/3/data hidden",
            ])
    }

    @Test func `the token file as an argument isn't seen`() throws {
        let token = BoxContents.Secret(home.write("token", "1:a"), "the token file")
        #expect(places(try contents(of: ["cat", token.path], hiding: [token])) == [])
    }

    @Test func `a directory that leads out of itself is refused`() {
        #expect(throws: Box.Refusal.self) {
            try contents(of: [bot()], directory: "\(home.path)/data/{scope}/../..")
        }
    }

    @Test func `a secret in the children's directory is refused`() throws {
        let state = BoxContents.Secret("\(home.path)/data/state", "the state directory")
        #expect(throws: Box.Refusal.self) {
            try contents(of: [bot()], directory: "\(home.path)/data", hiding: [state])
        }
        #expect(throws: Box.Refusal.self) { try contents(of: [bot()], directory: home.path) }
        #expect(throws: Box.Refusal.self) {
            try contents(of: [bot()], hiding: [BoxContents.Secret("/usr/local/etc/token", "the token file")])
        }
    }

    @Test func `of etc, no secret is seen`() throws {
        let paths = try contents(of: ["true"]).entries.map(\.path)
        #expect(paths.contains("/etc/passwd"))
        for path in [
            "/", "/etc", "/etc/shadow", "/etc/ssl", "/etc/ssl/private", "/root", "/home", "/var", "/run",
        ] {
            #expect(!paths.contains(path))
        }
    }
}
