import Glibc
import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite struct StateReportTests {
    /// The report as another process gets it. The process with the lock can't query the lock, so the test passes the
    /// pid.
    private func report(_ test: JournalTest, runBy pid: pid_t? = nil) throws -> StateReport {
        let database = try JournalDatabase.open(in: test.files.path, for: .reading)
        return try StateReport(database, in: test.files.path, runBy: pid)
    }

    @Test func `a running gateway's children, waiting events and calls are reported`() throws {
        let test = try TestRig().journal()
        let events = try test.append([1, 2, 3], offset: 4)
        try test.append([4], in: 43)
        let journal = try test.journal
        journal.acknowledge(events[0])
        journal.deadLetter(events[1], because: "3 children died on it")
        journal.setBot(username: "demo_bot")
        journal.childStarted(.chat(42), pid: 811)
        _ = journal.add(try test.call("x"), for: .user(7))
        journal.hold("42", for: .seconds(60))
        try test.commit()
        let report = try report(test, runBy: 810)
        #expect(report.bot == 7)
        #expect(report.username == "demo_bot")
        #expect(report.life == .running(pid: 810))
        #expect(report.offset == 4)
        #expect(report.withChild.map(\.scope) == ["chat:42"])
        #expect(report.withChild.map(\.child?.pid) == [811])
        #expect(report.withChild.map(\.events) == [1])
        #expect(report.withoutChild.map(\.scope) == ["chat:43", "user:7"])
        #expect(report.withoutChild.map(\.calls) == [0, 1])
        #expect(report.withoutChild.map(\.firstCall) == [nil, "telegram.send_message"])
        #expect(report.deadLetters.total == 1)
        #expect(report.holds.map(\.chat) == ["42"])
        let text = report.lines.joined(separator: "\n")
        for words in [
            "@demo_bot, id 7", "running for 0s, pid 810", "children: 1", "811", "rate-limited chats: 1",
        ] {
            #expect(text.contains(words), "\(words) in:\n\(text)")
        }
        let json = try JSON(parsing: report.json.bytes)
        #expect(json["children"]?[0]?["pid"] == 811)
        #expect(json["waiting"]?.elements.map { $0["scope"]?.string } == ["chat:43", "user:7"])
        #expect(json["stopped_at"]?.isNull == true)
        #expect(json["running"] == true)
    }

    @Test func `the numbers of dropped updates are per run, and dropping moves the offset`() throws {
        let test = try TestRig().journal()
        try test.append([1], offset: 4)
        try test.journal.setDropped(notAllowed: 12, tooOld: 0, offset: 9)
        try test.commit()
        #expect(try report(test).lines.contains { $0.hasSuffix(" 12 not allowed") })
        try test.journal.setDropped(notAllowed: 13, tooOld: 2, offset: nil)
        try test.commit()
        let report = try report(test)
        #expect(report.offset == 9)
        #expect(report.lines.contains { $0.hasSuffix(" 13 not allowed, 2 too old") })
        #expect(report.json["dropped_not_allowed"] == 13)
        #expect(report.json["dropped_too_old"] == 2)
        test.kill()
        try test.open()
        #expect(try self.report(test).lines.contains { $0.hasPrefix("dropped") && $0.hasSuffix(" 0") })
    }

    @Test func `after a kill no children are left, and after a stop its time is reported`() throws {
        let test = try TestRig().journal()
        try test.append([1])
        try test.journal.childStarted(.chat(42), pid: 811)
        try test.commit()
        test.kill()
        let killed = try report(test)
        #expect(killed.life == .killed)
        #expect(killed.withChild.isEmpty)
        #expect(killed.withoutChild.map(\.events) == [1])
        #expect(killed.lines.contains { $0.contains("killed, or the machine went down") })
        #expect(killed.json["pid"]?.isNull == true)
        try test.open()
        try test.stop()
        let stopped = try report(test)
        guard case .stopped(let end) = stopped.life else { return #expect(Bool(false), "\(stopped.life)") }
        #expect(stopped.json["stopped_at"]?.integer == end / 1000)
        #expect(stopped.lines.contains { $0.hasSuffix("  stopped 0s ago") })
        try test.open()
        test.kill()
        #expect(try report(test).life == .killed)
    }

    @Test func `a poll before the start isn't shown as this run's`() throws {
        let test = try TestRig().journal()
        for (age, words) in [(60, " none yet"), (0, " last ")] {
            let poll = JournalMetadata.now / 1000 - Int64(age)
            try test.journal.setHealth(
                GatewayHealth(
                    lastPoll: poll, isPollFailing: false, pollErrors: 0, callErrors: 0, isWebhook: false))
            try test.commit()
            let lines = try report(test, runBy: 810).lines
            #expect(lines.contains { $0.hasPrefix("polls") && $0.contains(words) }, "\(lines)")
        }
    }

    @Test func `reading the report changes no byte`() throws {
        let test = try TestRig().journal()
        try test.append([1])
        for end in [test.kill, test.stop] {
            try end()
            let before = test.files.bytes("journal.db")
            _ = try report(test)
            #expect(test.files.bytes("journal.db") == before)
            try test.open()
        }
    }

    @Test func `the gateway's own report includes uncommitted changes`() throws {
        let test = try TestRig().journal()
        try test.journal.append([test.event(1)], offset: 2) { _ in }
        let report = try test.journal.report()
        #expect(report.offset == 2)
        #expect(report.life == .running(pid: getpid()))
        #expect(report.scopes.map(\.events) == [1])
    }

    @Test func `a journal in memory has a report`() throws {
        let test = try TestRig().journal()
        let journal = try DiskJournal(
            in: nil, bot: 7, redeliveryWindow: 18, on: test.loop, log: test.log.logger)
        journal.append([test.event(1)], offset: 2) { _ in }
        #expect(try journal.report().lines.contains { $0.hasSuffix("in memory") })
    }

    @Test func `of many scopes the busiest are listed, with a sum of the others`() throws {
        let test = try TestRig().journal()
        for chat in 1...25 { try test.append(chat == 25 ? [1, 2, 3] : [Int64(chat)], in: Int64(chat)) }
        let report = try report(test)
        let table = Array(report.lines.drop { !$0.hasPrefix("without a child") })
        #expect(table.count == 22)
        #expect(table[0].hasPrefix("without a child: 25"))
        #expect(table[1].split(separator: " ") == ["chat:25", "3", "0"])
        #expect(table[21].split(separator: " ") == ["and", "5", "more", "5", "0"])
        #expect(Set(table.map(\.count)).count == 1)
        #expect(report.json["waiting"]?.count == 25)
    }

    @Test func `a missing state is not created`() throws {
        let test = try TestRig().journal()
        for place in ["\(test.files.path)/nowhere", "\(test.files.path)/lock"] {
            do {
                _ = try StateReport(of: place)
                Issue.record("opened")
            } catch {
                #expect(error.kind == .neverRan)
                #expect(
                    error.description
                        == "no gateway has run with this state: \(place); start one with 'pipegram run'")
            }
        }
        #expect(access("\(test.files.path)/nowhere", F_OK) != 0)
    }

    @Test func `a broken journal and one of a newer version are refused`() throws {
        let test = try TestRig().journal()
        try test.stop()
        do {
            let database = try Database(path: test.path)
            try database.execute("PRAGMA user_version = 9")
        }
        for words in ["newer pipegram", "is corrupt, or not a journal"] {
            do {
                _ = try StateReport(of: test.files.path)
                Issue.record("opened")
            } catch {
                #expect(error.kind == .unusableState)
                #expect(error.description.contains(words))
            }
            test.files.write("journal.db", String(repeating: "diary ", count: 999))
        }
    }
}
