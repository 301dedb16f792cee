import Glibc
import TestSupport
import Testing

@testable import BotGateway

@Suite struct StateDirectoryTests {
    private func path(_ given: String? = nil, _ variables: [String: String], bot: String? = "7") -> String? {
        StateDirectory.path(given: given, variable: { variables[$0] }, bot: bot)
    }

    @Test func `the option takes precedence, then systemd's directory, then the user's`() {
        let all = ["STATE_DIRECTORY": "/var/lib/bot", "XDG_STATE_HOME": "/xdg", "HOME": "/home/ada"]
        #expect(path("here", all) == "here")
        #expect(path(nil, all) == "/var/lib/bot")
        #expect(path(nil, ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b"]) == "/var/lib/a")
        #expect(path(nil, ["XDG_STATE_HOME": "/xdg", "HOME": "/home/ada"]) == "/xdg/pipegram/7")
        #expect(path(nil, ["HOME": "/home/ada"]) == "/home/ada/.local/state/pipegram/7")
        #expect(path(nil, ["XDG_STATE_HOME": "relative", "HOME": "/"]) == "/.local/state/pipegram/7")
        #expect(path(nil, ["HOME": "/home/ada"], bot: nil) == "/home/ada/.local/state/pipegram")
        #expect(path(nil, [:]) == nil)
    }

    @Test func `the directory and its parents are created for their user alone`() throws {
        let files = TemporaryDirectory()
        let directory = try StateDirectory("\(files.path)/a/b")
        var status = stat()
        #expect(stat(directory.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        #expect(StateDirectory.holder(of: "\(files.path)/a") == nil)
    }

    @Test func `a directory that can't be created gives an error with the fix`() {
        do {
            _ = try StateDirectory("/proc/nowhere/state")
            Issue.record("made in /proc")
        } catch {
            #expect(error.kind == .noState)
            #expect(error.description.contains("/proc/nowhere"))
            #expect(error.description.contains("--state DIR"))
            #expect(error.description.contains("--no-state"))
        }
    }

    @Test func `a running gateway is found for its own bot only`() throws {
        let test = try TestRig().journal()
        // The pid of a lock of this process itself can't be seen.
        #expect(StateDirectory.gateway(of: "7", in: test.files.path) != nil)
        #expect(StateDirectory.gateway(of: "8", in: test.files.path) == nil)
        try test.stop()
        #expect(StateDirectory.gateway(of: "7", in: test.files.path) == nil)
    }

    @Test func `the journal's files are for their user alone, even if the directory isn't`() throws {
        let test = try TestRig().journal()
        chmod(test.files.path, 0o755)
        try test.append([1])
        for name in ["journal.db", "journal.db-wal", "lock"] {
            var status = stat()
            #expect(stat("\(test.files.path)/\(name)", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
    }
}
