import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// A journal in its own directory. It can be killed or stopped, and opened again.
final class JournalTest: Rigged {
    let rig: TestRig
    private var directory: StateDirectory?
    private(set) var opened: DiskJournal?
    private(set) var stored: [IncomingEvent] = []

    init(redeliveryWindow: Int, on rig: TestRig) throws {
        self.rig = rig
        try open(redeliveryWindow: redeliveryWindow)
    }

    var journal: DiskJournal {
        get throws { try #require(opened) }
    }

    var path: String { "\(files.path)/journal.db" }

    func open(bot: Int64 = 7, redeliveryWindow: Int = 18) throws {
        directory = try StateDirectory(files.path)
        opened = try DiskJournal(
            in: directory, bot: bot, redeliveryWindow: redeliveryWindow, on: loop, log: log.logger)
    }

    /// Simulates a kill: everything that isn't on disk is lost.
    func kill() {
        opened = nil
        directory = nil
    }

    func stop() throws {
        try journal.close(clean: true)
        kill()
    }

    func event(_ id: Int64, in chat: Int64 = 42) -> IncomingEvent {
        IncomingEvent(
            updateID: id, scope: .chat(chat),
            line: Array(
                "{\"type\":\"telegram.message\",\"update_id\":\(id),\"chat\":{\"id\":\(chat)}}\n".utf8))
    }

    func call(_ text: String) throws -> Call {
        try Call(type: "telegram.send_message", parameters: ["text": JSON(text)], id: nil, in: .chat(42))
    }

    /// Stores events and waits for the commit.
    @discardableResult
    func append(_ ids: [Int64], in chat: Int64 = 42, offset: Int64? = nil) throws -> [IncomingEvent] {
        let before = stored.count
        try journal.append(ids.map { event($0, in: chat) }, offset: offset) { [unowned self] in stored += $0 }
        #expect(wait { self.stored.count == before + ids.count })
        return Array(stored[before...])
    }

    /// Stores an event in each of this many chats, then kills and reopens the journal.
    func fill(chats: Int64) throws {
        for chat in 1...chats { try journal.append([event(1, in: chat)], offset: nil) { _ in } }
        try commit()
        kill()
        try open()
    }

    /// Waits for the next commit.
    func commit() throws {
        let journal = try journal
        let commits = journal.commits
        #expect(wait { journal.commits > commits })
    }

    /// The scopes with events of an earlier run, and their numbers of events.
    func earlier() throws -> [(scope: Scope, count: Int)] {
        _ = try journal.recoveredCalls()
        var scopes: [(scope: Scope, count: Int)] = []
        while let more = try journal.nextRecovered() { scopes += more }
        return scopes
    }

    func waiting(in chat: Int64 = 42) throws -> [IncomingEvent] {
        try journal.pageIn(of: .chat(chat), after: 0, count: .max, size: .max)
    }
}
