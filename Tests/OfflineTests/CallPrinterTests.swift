import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Offline
@testable import TelegramSimulator

@Suite struct CallPrinterTests {
    /// A printer, its output, and the results of the calls.
    private final class Print: Rigged {
        let printer: CallPrinter
        let rig: TestRig
        private(set) var lines: [String] = []
        private(set) var results: [CallResult] = []

        init(_ order: CallPrinter.Order) throws {
            rig = try TestRig()
            let telegram = SimulatedTelegram { 1_700_000_000 }
            printer = CallPrinter(
                telegram: telegram, order: order, spoolDirectory: "/nowhere",
                files: ChildFiles(in: nil, temporaryDirectory: "/tmp"), log: rig.log.logger)
            printer.output = { [unowned self] in
                lines += String(decoding: $0, as: UTF8.self).split(separator: "\n").map { String($0) }
            }
        }

        /// Delivers an event to a child.
        func give(_ kind: String, _ payload: JSON, by choice: ScopeChoice = .chat) throws {
            let update = try Update(["update_id": 1, kind: payload])
            let event = try #require(IncomingEvent(update, by: choice))
            printer.eventGiven(event.line, to: event.scope)
        }

        func say(_ line: String, in scope: Scope) {
            guard let call = ChildLine(line, in: scope).call else { return }
            printer.perform(call, for: scope) { [unowned self] in results.append($0) }
        }
    }

    private func message(in chat: Int64, id: Int64 = 1) -> JSON {
        ["message_id": JSON(id), "chat": ["id": JSON(chat)]]
    }

    @Test func `calls are grouped by scope in the order of appearance, and stay in order`() throws {
        let print = try Print(.grouped)
        try print.give("message", message(in: 1))
        try print.give("message", message(in: 2))
        try print.give("message", message(in: 1))
        try print.give("message", message(in: 3))
        for (chat, text) in [(3, "a"), (1, "b"), (2, "c"), (1, "d"), (3, "e"), (2, "f")] as [(Int64, String)]
        {
            print.say(#"{"type":"telegram.send_message","text":"\#(text)"}"#, in: .chat(chat))
        }
        print.printer.finish()
        #expect(
            print.lines
                == [(1, "b"), (1, "d"), (2, "c"), (2, "f"), (3, "a"), (3, "e")].map {
                    #"{"type":"telegram.send_message","chat_id":\#($0),"text":"\#($1)"}"#
                })
    }

    @Test func `the first scope's calls are printed at once`() throws {
        let print = try Print(.grouped)
        try print.give("message", message(in: 1))
        try print.give("message", message(in: 2))
        print.say(#"{"type":"telegram.send_message","text":"x"}"#, in: .chat(2))
        #expect(print.lines.isEmpty)
        print.say(#"{"type":"telegram.send_message","text":"x"}"#, in: .chat(1))
        #expect(print.lines.count == 1)
        print.printer.finish()
        #expect(print.lines.count == 2)
    }

    @Test func `unordered calls are printed at once, each with its scope`() throws {
        let print = try Print(.asTheyCome)
        try print.give("message", message(in: 1))
        print.say(#"{"type":"telegram.send_message","text":"x","id":"a"}"#, in: .chat(2))
        print.say(#"{"type":"telegram.send_message","text":"y"}"#, in: .chat(1))
        #expect(
            print.lines == [
                #"{"scope":"chat:2","type":"telegram.send_message","chat_id":2,"text":"x","id":"a"}"#,
                #"{"scope":"chat:1","type":"telegram.send_message","chat_id":1,"text":"y"}"#,
            ])
    }

    @Test func `a parameter named scope does not replace the line's scope`() throws {
        let call = #"{"type":"telegram.set_my_commands","commands":[],"scope":{"type":"default"}}"#
        let print = try Print(.asTheyCome)
        print.say(call, in: .chat(1))
        #expect(
            print.lines == [
                #"{"scope":"chat:1","type":"telegram.set_my_commands","params":{"commands":[],"scope":{"type":"default"}}}"#
            ])
        let grouped = try Print(.grouped)
        grouped.say(call, in: .chat(1))
        #expect(grouped.lines == [call])
    }

    @Test func `a printed line is valid as a child's line`() throws {
        let print = try Print(.grouped)
        print.say(
            #"{"type":"telegram.send_poll","params":{"question":"?","type":"quiz"},"id":1}"#, in: .chat(1))
        #expect(ChildLine(print.lines[0], in: .user(7)).call?.parameters["type"] == "quiz")
    }

    @Test func `results have the chat from the events and the next message id`() throws {
        let print = try Print(.grouped)
        try print.give(
            "message", ["message_id": 5, "chat": ["id": 42, "type": "private", "first_name": "Ada"]])
        print.say(#"{"type":"telegram.send_message","text":"x","id":1}"#, in: .chat(42))
        try print.give(
            "message", ["message_id": 9, "chat": ["id": 42, "type": "private", "first_name": "Eva"]])
        print.say(#"{"type":"telegram.send_message","text":"y","id":2}"#, in: .chat(42))
        let messages = print.results.map { result -> JSON? in
            guard case .success(let message) = result else { return nil }
            return message
        }
        #expect(messages.map { $0?["message_id"] } == [6, 10])
        #expect(messages.map { $0?["chat"]?["first_name"] } == ["Ada", "Eva"])
    }

    @Test func `a call without an id is checked and counted like any other`() throws {
        let print = try Print(.grouped)
        try print.give("message", message(in: 42, id: 5))
        for call in [#""text":"x""#, #""text":" ""#, #""text":"<b>x","parse_mode":"HTML""#] {
            print.say(#"{"type":"telegram.send_message",\#(call)}"#, in: .chat(42))
        }
        #expect(print.printer.refusals == 2)
        let markup = #"{"inline_keyboard":[[{"text":"no action"}]]}"#
        print.say(#"{"type":"telegram.send_message","text":"x","reply_markup":\#(markup)}"#, in: .chat(42))
        #expect(print.printer.refusals == 3)
        print.say(#"{"type":"telegram.send_message","text":"x","id":1}"#, in: .chat(42))
        #expect(print.results.last?.success?["message_id"] == 7)
    }

    @Test func `a reply contains the event's message unchanged`() throws {
        let print = try Print(.grouped)
        try print.give("message", message(in: 42, id: 5))
        print.say(
            #"{"type":"telegram.send_message","text":"x","reply_parameters":{"message_id":5},"id":1}"#,
            in: .chat(42))
        #expect(print.results.last?.success?["reply_to_message"] == message(in: 42, id: 5))
    }

    private func topicMessage(_ thread: Int64, id: Int64) -> JSON {
        [
            "message_id": JSON(id), "chat": ["id": -100, "title": "forum"], "is_topic_message": true,
            "message_thread_id": JSON(thread), "from": ["id": JSON(thread)],
        ]
    }

    @Test func `results in a chat's topics and user scopes don't depend on their order`() throws {
        for choice in [ScopeChoice.topic, .user] {
            let scopes: [Scope] =
                choice == .user
                ? [.user(1), .user(2)] : [.topic(chat: -100, thread: 1), .topic(chat: -100, thread: 2)]
            for order in [scopes, scopes.reversed()] {
                let print = try Print(.grouped)
                try print.give("message", topicMessage(1, id: 5), by: choice)
                try print.give("message", topicMessage(2, id: 9), by: choice)
                for scope in order {
                    print.say(
                        #"{"type":"telegram.send_message","chat_id":-100,"text":"x","id":1}"#, in: scope)
                }
                let ids = print.results.map { $0.success?["message_id"]?.integer }
                #expect(ids == (order == scopes ? [6, 10] : [10, 6]), "\(choice)")
            }
        }
    }

    @Test func `the scope of the whole bot or a user knows the chats of all its events`() throws {
        for (choice, scope) in [(ScopeChoice.bot, Scope.bot), (.user, .user(7))] {
            let print = try Print(.asTheyCome)
            for (chat, title) in [(-1, "one"), (-2, "two")] as [(Int64, String)] {
                try print.give(
                    "message",
                    [
                        "message_id": 5, "from": ["id": 7],
                        "chat": ["id": JSON(chat), "type": "group", "title": JSON(title)],
                    ], by: choice)
            }
            for chat in [-1, -2] {
                print.say(
                    #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"x","id":1}"#, in: scope)
            }
            #expect(print.results.map { $0.success?["chat"]?["title"] } == ["one", "two"])
            #expect(print.results.map { $0.success?["message_id"] } == [6, 6])
            #expect(print.lines.allSatisfy { $0.hasPrefix(#"{"scope":"\#(scope)","type""#) })
        }
    }

    @Test func `a call that Telegram would refuse is printed, counted and logged`() throws {
        let print = try Print(.grouped)
        print.say(#"{"type":"telegram.send_message","text":"","id":1}"#, in: .chat(1))
        print.say(#"{"type":"telegram.send_message","text":"x","id":2}"#, in: .chat(1))
        #expect(print.printer.refusals == 0)
        #expect(print.log.lines.first?.hasPrefix("notice chat:1 sendMessage rejected: ") == true)
        print.say(#"{"type":"telegram.send_message","text":""}"#, in: .chat(1))
        #expect(print.printer.refusals == 1)
        #expect(print.lines.count == 3)
        guard case .failure(let error) = print.results[0], case .success = print.results[1] else {
            Issue.record("\(print.results)")
            return
        }
        #expect(error.description == "400 Bad Request: message text is empty")
        #expect(
            print.log.lines.dropFirst() == [
                "warning chat:1 sendMessage rejected: Bad Request: message text is empty"
            ])
    }
}

extension CallResult {
    fileprivate var success: JSON? {
        guard case .success(let answer) = self else { return nil }
        return answer
    }
}
