import Glibc
import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct DeadLettersTests {
    /// A journal with one dead letter for each of these updates.
    private func test(dead ids: [Int64]) throws -> JournalTest {
        let test = try TestRig().journal()
        for event in try test.append(ids) {
            try test.journal.deadLetter(event, because: "3 children died on it")
        }
        try test.commit()
        return test
    }

    private func letters(_ test: JournalTest) throws -> DeadLetters {
        try DeadLetters(in: test.files.path, mayChange: true)
    }

    private func deadUpdates(_ test: JournalTest) throws -> [String] {
        try letters(test).updates().map { String(decoding: $0 ?? [], as: UTF8.self) }
    }

    @Test func `dead letters are read as updates, in order`() throws {
        let test = try test(dead: [2, 1])
        #expect(
            try deadUpdates(test)
                == [2, 1].map { "{\"update_id\":\($0),\"message\":{\"chat\":{\"id\":42}}}\n" })
    }

    @Test func `revived dead letters come last in their scopes, marked and with no deaths`() throws {
        let test = try test(dead: [1, 2])
        try test.append([3])
        #expect(try letters(test).retry() == 2)
        var revived: [IncomingEvent] = []
        try test.journal.revive { revived = $0 }
        // A second request before the commit has no effect.
        try test.journal.revive { _ in Issue.record("revived twice") }
        try test.append([4])
        #expect(revived.map(\.updateID) == [1, 2])
        #expect(revived.allSatisfy { $0.isRedelivered && $0.deaths == 0 })
        #expect(try test.waiting().map(\.updateID) == [3, 1, 2, 4])
        #expect(try test.waiting().map(\.isRedelivered) == [false, true, true, false])
        #expect(try test.waiting().dropFirst().prefix(2).map(\.key) == revived.map(\.key))
        #expect(try deadUpdates(test).isEmpty)
    }

    @Test func `dead letters that aren't marked for a retry stay`() throws {
        let test = try test(dead: [1])
        try test.journal.revive { _ in Issue.record("revived") }
        #expect(try test.earlier().isEmpty)
        #expect(try deadUpdates(test).count == 1)
    }

    @Test func `a kill before the commit keeps them marked, and one after it revives nothing twice`() throws {
        let test = try test(dead: [1])
        #expect(try letters(test).retry() == 1)
        try test.journal.revive { _ in Issue.record("safe without a commit") }
        test.kill()
        try test.open()
        #expect(try test.earlier().map(\.count) == [1])
        #expect(try test.waiting().map(\.updateID) == [1])
        test.kill()
        try test.open()
        #expect(try test.earlier().map(\.count) == [1])
        #expect(try test.waiting().map(\.isRedelivered) == [true])
        #expect(try deadUpdates(test).isEmpty)
    }

    @Test func `cleared dead letters are deleted`() throws {
        let test = try test(dead: [1, 2])
        #expect(try letters(test).clear() == 2)
        #expect(try letters(test).clear() == 0)
        #expect(try deadUpdates(test).isEmpty)
    }

    @Test func `a missing state is not created`() throws {
        let test = try TestRig().journal()
        do {
            _ = try DeadLetters(in: "\(test.files.path)/elsewhere", mayChange: true)
            Issue.record("opened")
        } catch {
            #expect(error.kind == .neverRan)
        }
        #expect(access("\(test.files.path)/elsewhere", F_OK) != 0)
    }
}
