import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct WakeTests {
    private func wake(_ at: Int64, _ value: JSON? = nil, in chat: Int64 = 42) -> Wake {
        Wake(at: at, value: value, for: .chat(chat), during: nil)
    }

    /// Takes the wakes that are due, waits for the commit, and returns their events.
    private func take(_ test: JournalTest, until now: Int64) throws -> [IncomingEvent] {
        var taken: [IncomingEvent]?
        try test.journal.takeWakes(until: now) { taken = $0 }
        #expect(test.wait { taken != nil })
        return taken ?? []
    }

    private func lines(_ events: [IncomingEvent]) -> [String] {
        events.map { String(decoding: $0.lineForChild, as: UTF8.self) }
    }

    @Test func `a wake survives a kill and becomes an event once it is due`() throws {
        let test = try TestRig().journal()
        try test.journal.schedule(wake(20, ["n": 2]))
        try test.journal.schedule(wake(10, .null))
        try test.commit()
        test.kill()
        try test.open()
        #expect(try test.journal.nextWake() == 10)
        #expect(try take(test, until: 9).isEmpty)
        let events = try take(test, until: 10)
        let id = try #require(events.first?.updateID)
        #expect(id < 0)
        #expect(
            lines(events) == [
                #"{"type":"telegram.wake","update_id":\#(id),"at":10,"value":null,"chat":{"id":42,"type":"private"}}"#
                    + "\n"
            ])
        #expect(try test.journal.nextWake() == 20)
        // The event is kept until it is acknowledged, and the wake comes only once.
        test.kill()
        try test.open()
        #expect(try test.journal.nextWake() == 20)
        #expect(try test.earlier().map(\.scope) == [.chat(42)])
        #expect(try test.waiting().map(\.updateID) == [id])
        #expect(try test.waiting().map(\.isRedelivered) == [true])
    }

    @Test func `the same time replaces, and null forgets the scope's wakes alone`() throws {
        let test = try TestRig().journal()
        for (at, value, chat) in [(10, 1, 42), (10, 2, 42), (11, 3, 42), (12, 4, 43)]
            as [(Int64, Int64, Int64)]
        {
            try test.journal.schedule(wake(at, JSON(value), in: chat))
        }
        #expect(lines(try take(test, until: 10)).map { $0.contains("\"value\":2") } == [true])
        try test.journal.forgetWakes(of: .chat(42))
        try test.journal.schedule(wake(13))
        #expect(try take(test, until: 99).map(\.scope) == [.chat(43), .chat(42)])
        #expect(try test.journal.nextWake() == nil)
    }

    @Test func `a journal of layout 1 is upgraded and keeps its events`() throws {
        let test = try TestRig().journal()
        try test.append([1])
        test.kill()
        do {
            let database = try Database(path: test.path)
            try database.execute("DROP TABLE wakes; PRAGMA user_version = 1")
        }
        try test.open()
        #expect(try test.waiting().map(\.updateID) == [1])
        try test.journal.schedule(wake(10))
        #expect(try take(test, until: 10).count == 1)
        test.kill()
        #expect(try Database(path: test.path).integer("PRAGMA user_version") == 2)
    }

    @Test func `a wake has the chat of the event in which it was asked for`() throws {
        let update = try Update.message("x", id: 1, in: 42)
        let event = try #require(IncomingEvent(update))
        let woken = Wake(at: 1, value: nil, for: .chat(42), during: event).event(key: 5)
        let chat = try JSON(parsing: woken.line)["chat"]
        #expect(chat == update.payload["chat"])
        #expect(ScopeLine(openedBy: woken).party?.value == chat)
        for (scope, party) in [
            (.user(7), #""user":{"id":7}"#), (.chat(-5), #""chat":{"id":-5,"type":"group"}"#),
            (.topic(chat: -1_001_234_567_890, thread: 3), #""type":"supergroup""#),
        ] as [(Scope, String)] {
            let line = Wake(at: 1, value: nil, for: scope, during: nil).event(key: 5).line
            #expect(String(decoding: line, as: UTF8.self).contains(party))
        }
        let bare = Wake(at: 1, value: nil, for: .bot, during: nil).event(key: 5).line
        #expect(
            String(decoding: bare, as: UTF8.self) == #"{"type":"telegram.wake","update_id":-5,"at":1}"# + "\n"
        )
    }

    @Test func `a wake is acknowledged and redelivered like any other event`() throws {
        let stage = try TestRig().fakeChildren { $0.acknowledgement = .event(window: 1) }
        stage.children.start()
        stage.say("a")
        stage.child.readAll()
        stage.child.write(#"{"type":"telegram.wake","at":0,"value":"tea"}"#)
        stage.child.write(#"{"type":"telegram.ack","update_id":1}"#)
        #expect(stage.wait { stage.child.linesWritten.last?.contains("telegram.wake") == true })
        stage.child.readAll()
        stage.child.exit(status: 1)
        #expect(stage.wait { stage.started.count == 2 })
        let line = try #require(stage.child.linesWritten.last)
        #expect(line.hasSuffix(#","redelivered":true}"#))
        #expect(stage.child.linesWritten.first?.contains(#""chat":{"id":42"#) == true)
        stage.child.readAll()
        let id = try #require(try JSON(parsing: line)["update_id"]?.integer)
        stage.child.write(#"{"type":"telegram.ack","update_id":\#(id)}"#)
        #expect(stage.journal.acknowledged == [1, id])
        #expect(stage.isEmpty)
    }
}
