import Glibc
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// The way back to an older pipegram.
@Suite(.ownProcess) struct DowngradeTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private var journal: String { "\(test.files.path)/state/pipegram/7/journal.db" }

    private func layout() throws -> Int64? { try Database(path: journal).integer("PRAGMA user_version") }

    /// Runs a gateway whose bot reads nothing, until the journal has three events.
    private func fill() throws {
        try test.run(bot: "never-reads.sh")
        for number in 1...3 { test.say("\(number)", in: 42) }
        #expect(test.wait { (try? test.count("events")) == 3 })
    }

    @Test func `an older layout has every event, and the next start upgrades it again`() throws {
        try fill()
        _ = test.stop(SIGKILL)
        let downgrade = try test.command(["downgrade", "--to", "1"])
        #expect(downgrade.status == 0, "\(downgrade.errorText)")
        #expect(downgrade.errorText.contains("has layout 1 now"))
        #expect(try layout() == 1)
        #expect(
            try Database(path: journal).integer("SELECT count(*) FROM sqlite_schema WHERE name = 'wakes'")
                == 0)
        #expect(try test.command(["downgrade"]).errorText.contains("has layout 1 already"))
        try test.run(bot: "echo.sh")
        #expect(test.wait { test.texts(in: 42) == ["1", "2", "3"] })
        #expect(test.stop() == 0)
        #expect(try layout() == 2)
    }

    @Test func `a damaged journal stays as it is`() throws {
        try fill()
        #expect(test.stop(SIGKILL) == 128 + SIGKILL)
        try Database(path: journal).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        var bytes = try File.read(journal)
        for index in 4096..<12_288 { bytes[index] = 0xFF }
        test.files.write("state/pipegram/7/journal.db", bytes)
        let downgrade = try test.command(["downgrade"])
        #expect(downgrade.status == 65)
        #expect(downgrade.errorText.contains("is corrupt"), "\(downgrade.errorText)")
        #expect(try File.read(journal) == bytes)
    }

    @Test func `a running gateway's journal stays as it is`() throws {
        try fill()
        let downgrade = try test.command(["downgrade"])
        #expect(downgrade.status == 73)
        #expect(downgrade.errorText.contains("is in use by process \(test.gateway?.pid ?? 0)"))
        #expect(try layout() == 2)
        _ = test.stop(SIGKILL)
    }

    @Test func `scheduled events are kept, unless they may be dropped`() throws {
        let bot = """
            read -r scope; read -r event; echo '{"type":"telegram.wake","at":4000000000}'
            echo '{"type":"telegram.send_message","text":"ok"}'; read -r more
            """
        try test.run(["--", "sh", "-c", bot])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["ok"] && (try? test.count("wakes")) == 1 })
        #expect(test.stop() == 0)
        let kept = try test.command(["downgrade"])
        #expect(kept.status == 65)
        #expect(kept.errorText.contains("has 1 scheduled event (telegram.wake), which layout 1 can't keep"))
        #expect(try layout() == 2)
        #expect(try test.count("wakes") == 1)
        #expect(try test.command(["downgrade", "--drop-wakes"]).status == 0)
        #expect(try layout() == 1)
    }

    @Test func `where no gateway has run, nothing is made`() throws {
        let path = "\(test.files.path)/none"
        #expect(try test.command(["downgrade", "--state", path]).status == 66)
        #expect(access(path, F_OK) != 0)
        #expect(try test.command(["downgrade", "--to", "2"]).status == 64)
    }
}
