import Glibc
import Reactor
import TestSupport
import Testing

/// The simulator's page in a real Chromium. `Tests/Page/run` has the scenarios, each with its sentence.
@Suite(
    .ownProcess, .enabled(if: Chromium.isInstalled, "no Chromium: apt-get install chromium chromium-driver"))
struct PageTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    /// Starts a program that prints the page's address.
    private func started(_ command: [String]) throws -> (program: ProgramRun, url: String) {
        let program = try rig.pipegram(command)
        _ = wait { !program.output.isEmpty || program.exit != nil }
        let line = try #require(program.output.first)
        return (program, String(line.dropFirst("listening on ".count)))
    }

    /// One browser plays all: its start takes longer than most scenarios.
    @Test func `each scenario of a user, and of a hostile bot, goes well in the page`() throws {
        let simulator = try started(["simulator", "--listen", "127.0.0.1:0"])
        let chat = try started(["chat", "--web", "--", ProjectPaths.bot("echo.sh")])
        let home = TemporaryDirectory()
        let script = try rig.run(
            ["python3", "-B", "\(ProjectPaths.root)/Tests/Page/run", simulator.url]
                + [
                    "conversation", "drop_files", "groups", "bots", "shared", "commands", "again", "rich",
                    "faults",
                    "hostile",
                    "policy", "keyboard", "voice", "many", "phone",
                ] + [chat.url, "pipeline"], environment: ["HOME": home.path])
        #expect(script.wait(within: .seconds(180)) == 0, "\(script.errorText)")
        for program in [simulator.program, chat.program] {
            program.signal(SIGTERM)
            #expect(program.wait() == 0)
        }
    }
}

/// Debian's browser with its driver.
private nonisolated enum Chromium {
    static let isInstalled = ["chromedriver", "chromium"].allSatisfy { access("/usr/bin/\($0)", X_OK) == 0 }
}
