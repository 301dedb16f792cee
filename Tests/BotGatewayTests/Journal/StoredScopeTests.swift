import JSON
import TestSupport
import Testing

@testable import BotGateway

/// Everything in the journal keeps the scope that it was stored with, whatever `--scope` is later.
@Suite struct StoredScopeTests {
    private static let scopes: [Scope] = [
        .chat(-100), .topic(chat: -100, thread: 3), .user(7), .business(connection: "a/b", chat: 42), .bot,
        .direct(chat: -100, topic: 4201),
    ]

    private func event(_ id: Int64, of scope: Scope) -> IncomingEvent {
        IncomingEvent(
            updateID: id, scope: scope,
            line: Array(#"{"type":"telegram.poll","update_id":\#(id)}"#.utf8) + [0x0A])
    }

    @Test func `events, calls, states and dead letters of every scope are restored`() throws {
        let test = try TestRig().journal()
        var stored: [IncomingEvent] = []
        let events = (Self.scopes + Self.scopes).enumerated().map { event(Int64($0 + 1), of: $1) }
        try test.journal.append(events, offset: 13) { stored = $0 }
        #expect(test.wait { stored.count == 12 })
        for (scope, id) in zip(Self.scopes, Int64(1)...) {
            _ = try test.journal.add(
                Call(type: "telegram.get_chat", parameters: ["chat_id": 5], id: nil, in: scope), for: scope)
            try test.journal.setState(JSON(id), of: scope)
            try test.journal.deadLetter(stored[Int(id) + 5], because: "3 children died on it")
        }
        try test.commit()
        let report = try test.journal.report()
        #expect(Set(report.scopes.map(\.scope)) == Set(Self.scopes.map(\.description)))
        for scope in Self.scopes {
            #expect(report.lines.contains { $0.split(separator: " ") == ["\(scope)", "1", "1"] })
        }
        test.kill()
        try test.open()
        #expect(try Set(test.journal.recoveredCalls().map(\.scope)) == Set(Self.scopes))
        #expect(try Set(test.earlier().map(\.scope)) == Set(Self.scopes))
        for (scope, id) in zip(Self.scopes, Int64(1)...) {
            let events = try test.journal.pageIn(of: scope, after: 0, count: .max, size: .max)
            #expect(events.map(\.updateID) == [id], "\(scope)")
            #expect(events.first?.scope == scope)
            #expect(try test.journal.state(of: scope) == JSON(id))
        }
        #expect(try DeadLetters(in: test.files.path, mayChange: true).retry() == 6)
        var revived: [IncomingEvent] = []
        try test.journal.revive { revived = $0 }
        #expect(test.wait { revived.count == 6 })
        #expect(revived.map(\.scope) == Self.scopes)
    }

    @Test func `a parameter that a bot left out on purpose isn't filled in on a retry`() throws {
        let test = try TestRig().journal()
        let topic = Scope.topic(chat: -100, thread: 3)
        let general = try Call(
            type: "telegram.send_message", parameters: ["text": "x", "message_thread_id": .null], id: 1,
            in: topic)
        _ = try test.journal.add(general, for: topic)
        try test.commit()
        test.kill()
        try test.open()
        let call = try #require(test.journal.recoveredCalls().first?.call)
        #expect(call.parameters == ["chat_id": -100, "text": "x"])
        #expect(call.id == 1)
    }

    @Test func `a direct message that an older version stored stays in its chat's scope`() {
        let line =
            #"{"type":"telegram.message","update_id":1,"message_id":5,"chat":{"id":-100,"type":"supergroup"},"#
            + #""direct_messages_topic":{"topic_id":4201}}"#
        let event = IncomingEvent(updateID: 1, scope: .chat(-100), line: Array(line.utf8) + [0x0A])
        #expect(
            String(decoding: ScopeLine(openedBy: event).bytes(bot: [:], state: nil), as: UTF8.self)
                == #"{"type":"telegram","chat":{"id":-100,"type":"supergroup"},"spec_version":"1.0","bot":{}}"#
                + "\n")
    }

    @Test func `a restored event's scope line has the scope's chat or user`() throws {
        let line =
            #"{"type":"telegram.message","update_id":1,"chat":{"id":-100,"type":"group"},"from":{"id":7}}"#
        for (scope, party) in [
            (Scope.chat(-100), #""chat":{"id":-100,"type":"group"}"#), (.user(7), #""user":{"id":7}"#),
            (.topic(chat: -100, thread: 3), #""chat":{"id":-100,"type":"group"},"message_thread_id":3"#),
            (
                .direct(chat: -100, topic: 4201),
                #""chat":{"id":-100,"type":"group"},"direct_messages_topic_id":4201"#
            ),
        ] {
            let event = IncomingEvent(updateID: 1, scope: scope, line: Array(line.utf8) + [0x0A])
            let first = ScopeLine(openedBy: event).bytes(bot: [:], state: nil)
            #expect(
                String(decoding: first, as: UTF8.self)
                    == #"{"type":"telegram",\#(party),"spec_version":"1.0","bot":{}}"# + "\n")
            #expect(ScopeLine(openedBy: event).chatType == (scope.chat == nil ? nil : "group"))
        }
    }
}
