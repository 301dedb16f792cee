import Glibc
import TestSupport
import Testing

@testable import BotGateway

@Suite struct JournalDatabaseTests {
    private func failure(opening path: String) -> GatewayFailure? {
        do {
            _ = try JournalDatabase.open(path, patience: .zero)
            return nil
        } catch {
            return error
        }
    }

    /// Checks that opening it fails and changes nothing.
    private func expectRefusal(_ files: TemporaryDirectory, _ words: String) {
        let before = files.bytes("journal.db")
        let failure = failure(opening: "\(files.path)/journal.db")
        #expect(failure?.kind == .unusableState)
        #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "no failure")")
        #expect(files.bytes("journal.db") == before)
    }

    @Test func `a file that isn't a database is refused and left unchanged`() {
        let files = TemporaryDirectory()
        files.write("journal.db", String(repeating: "my diary\n", count: 1000))
        expectRefusal(files, "is corrupt, or not a journal")
    }

    @Test func `another program's database is refused and left unchanged`() throws {
        let files = TemporaryDirectory()
        try Database(path: "\(files.path)/journal.db").execute("CREATE TABLE recipes (name TEXT)")
        expectRefusal(files, "is not a pipegram journal")
    }

    @Test func `a journal of a newer version is refused and left unchanged`() throws {
        let files = TemporaryDirectory()
        do {
            let database = try JournalDatabase.open("\(files.path)/journal.db", patience: .zero)
            try database.execute("PRAGMA user_version = 3; PRAGMA wal_checkpoint(TRUNCATE)")
        }
        expectRefusal(files, "newer pipegram (layout 3, this one supports 2)")
    }

    @Test func `another bot's journal is refused`() throws {
        let test = try TestRig().journal()
        test.kill()
        do {
            try test.open(bot: 8)
            Issue.record("opened")
        } catch let failure as GatewayFailure {
            #expect(failure.kind == .unusableState)
            #expect(failure.description.contains("belongs to bot 7, not to bot 8"))
        }
    }

    @Test func `an empty file and an interrupted creation are initialized`() throws {
        let files = TemporaryDirectory()
        files.write("journal.db", "")
        #expect(failure(opening: "\(files.path)/journal.db") == nil)
        try Database(path: "\(files.path)/other.db").execute("PRAGMA journal_mode = WAL")
        #expect(failure(opening: "\(files.path)/other.db") == nil)
    }
}
