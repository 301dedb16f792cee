import Glibc
import Reactor
import TestSupport
import Testing

/// The simulator's page in a real Chromium. `Tests/Page/run` has the scenarios.
@Suite(
    .ownProcess, .enabled(if: Chromium.isInstalled, "no Chromium: apt-get install chromium chromium-driver"))
struct PageTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    private func play(
        _ scenario: String, with command: [String] = ["simulator", "--listen", "127.0.0.1:0"]
    ) throws {
        let simulator = try rig.pipegram(command)
        _ = wait { !simulator.output.isEmpty || simulator.exit != nil }
        let line = try #require(simulator.output.first)
        let home = TemporaryDirectory()
        let script = try rig.run(
            [
                "python3", "-B", "\(ProjectPaths.root)/Tests/Page/run", scenario,
                String(line.dropFirst("listening on ".count)),
            ], environment: ["HOME": home.path])
        #expect(script.wait(within: .seconds(180)) == 0, "\(script.errorText)")
        simulator.signal(SIGTERM)
        #expect(simulator.wait() == 0)
    }

    @Test func `a user writes, presses, votes and reacts, and sees each answer of the bot`() throws {
        try play("conversation")
    }

    @Test func `dropped files are sent, and several pictures as an album`() throws { try play("drop_files") }

    @Test func `users, groups and topics are created in the page`() throws { try play("groups") }

    @Test func `a user chooses a command in the menu or while typing`() throws { try play("commands") }

    @Test func `after a reset or a lost connection, the page shows only the new state`() throws {
        try play("again")
    }

    @Test func `a switch makes calls fail until it is turned off`() throws { try play("faults") }

    @Test func `a hostile bot changes nothing but its own bubble, and runs no script`() throws {
        try play("hostile")
    }

    @Test func `the page's policy refuses foreign scripts`() throws { try play("policy") }

    @Test func `everything can be reached with the keyboard, and has a name`() throws { try play("keyboard") }

    @Test func `a chat with 10,000 messages opens at once`() throws { try play("many") }

    @Test func `chat --web shows a bot's own pipeline, which gets over a fault`() throws {
        try play("pipeline", with: ["chat", "--web", "--", ProjectPaths.bot("echo.sh")])
    }

    @Test func `a narrow screen shows one pane at a time`() throws { try play("phone") }
}

/// Debian's browser with its driver.
private nonisolated enum Chromium {
    static let isInstalled = ["chromedriver", "chromium"].allSatisfy { access("/usr/bin/\($0)", X_OK) == 0 }
}
