import JSON
import TestSupport
import Testing

@testable import BotGateway
@testable import Doctor

@Suite struct ProbeAnalysisTests {
    private let step = Scenario.inPrivate(chat: 42).steps[0]

    private func diagnoses(_ record: ProbeRecord, of script: Script? = nil) -> [Diagnosis] {
        ProbeAnalysis.diagnoses(of: [record], script: script, options: ProbeOptions())
    }

    private func python(_ text: String) -> Script { Script(name: "bot.py", text: text, language: .python) }

    private var healthy: ProbeRecord {
        var record = ProbeRecord()
        (record.eventsGiven, record.lines.beforeEnd, record.calls.count, record.wasIdle) = (9, 3, 3, true)
        return record
    }

    @Test func `a healthy bot gets one line and no fault`() {
        #expect(diagnoses(healthy).map(\.severity) == [.fine])
    }

    @Test func `a bot without output is healthy too`() {
        var record = healthy
        (record.lines.beforeEnd, record.calls.count) = (0, 0)
        #expect(diagnoses(record).map(\.severity) == [.fine])
    }

    @Test func `several lines only at the end of stdin prove buffering, and a single one may be a goodbye`() {
        var record = healthy
        (record.lines.beforeEnd, record.lines.atEnd) = (0, 2)
        #expect(diagnoses(record).map(\.severity) == [.fault])
        record.lines.atEnd = 1
        #expect(diagnoses(record).map(\.severity) == [.fine, .hint])
    }

    @Test func `a bot that acknowledges needs --ack event`() {
        var record = healthy
        record.lines.hasAcknowledgement = true
        let found = diagnoses(record)
        #expect(found.map(\.severity) == [.fine, .hint])
        #expect(found.last?.message.contains("no effect without --ack event") == true, "\(found)")
        var options = ProbeOptions()
        options.awaitsAcknowledgement = true
        let awaited = ProbeAnalysis.diagnoses(of: [record], script: nil, options: options)
        #expect(awaited.map(\.severity) == [.fine])
    }

    @Test func `a module beside the bot is hidden, not missing`() {
        let files = TemporaryDirectory()
        files.write("words.py", "")
        var record = healthy
        let cause = "ModuleNotFoundError: No module named 'words'"
        record.crashes = [
            ProbeRecord.Crash(status: 1, step: nil, isAtStart: true, isOnScope: false, stderr: [cause])
        ]
        let script = Script(name: "bot.py", text: "import words", language: .python, directory: files.path)
        var options = ProbeOptions()
        options.isBoxed = true
        let boxed = ProbeAnalysis.diagnoses(of: [record], script: script, options: options)
        let remedy = "words.py is beside the bot, but hidden from it by --box: put the bot into a directory"
        #expect(boxed.first?.message.contains(remedy) == true, "\(boxed)")
        let other = Script(name: "bot.py", text: "import words", language: .python, directory: "/usr")
        #expect(diagnoses(record, of: other).first?.message.contains("pip install words") == true)
    }

    @Test func `a bot that had to be killed isn't blamed for its descendants`() {
        var record = healthy
        record.orphans = [ProcessTree.Orphan(pid: 7, command: "sleep 1")]
        #expect(diagnoses(record).filter { $0.severity == .fault }.count == 1)
        (record.shutdown.ignoresEnd, record.shutdown.ignoresSIGTERM) = (true, true)
        #expect(diagnoses(record).filter { $0.severity == .fault }.count == 2)
    }

    @Test func `a state at the end of stdin doesn't prove buffering`() {
        var record = healthy
        (record.lines.beforeEnd, record.calls.count, record.lines.atEnd, record.lines.statesAtEnd) = (
            0, 0, 1, 1
        )
        let found = diagnoses(record)
        #expect(found.map(\.severity) == [.fine])
        #expect(found.first?.message.contains("wrote nothing") == true, "\(found)")
    }

    @Test func `a goodbye from a bot that flushes is intended`() {
        var record = healthy
        (record.lines.beforeEnd, record.lines.atEnd) = (0, 1)
        #expect(diagnoses(record, of: python("print(1, flush=True)")).map(\.severity) == [.fine])
        #expect(diagnoses(record, of: python("print(1)")).map(\.severity) == [.fine, .hint])
    }

    @Test(arguments: [
        ("KeyError: 'text'", "check each line's type"),
        ("ModuleNotFoundError: No module named 'x.y'", "pip install x"),
        ("partially initialized module 'json' has no attribute 'dumps'", "its own json.py, rename it"),
        ("No such file or directory: 'words.txt'", "No such file"),
        ("./bot.sh: 3: jqq: not found", "jqq: not found"),
    ])
    func `the cause of a crash determines the advice`(_ cause: String, _ words: String) {
        var record = healthy
        record.crashes = [.init(status: 1, step: step, isAtStart: false, isOnScope: true, stderr: [cause])]
        let found = diagnoses(record)
        #expect(found.first?.message.contains(words) == true, "\(found)")
        let isAboutType = found.first?.message.contains("check each line's type") == true
        #expect(isAboutType == words.hasPrefix("check"), "\(found)")
    }

    @Test func `a crash on an event is blamed on the bot's own key, not on the scope`() {
        var record = healthy
        record.crashes = [
            .init(
                status: 1, step: step, isAtStart: false, isOnScope: false, stderr: ["KeyError: 'txet'"])
        ]
        let message = diagnoses(record).first?.message ?? ""
        #expect(message.hasSuffix("KeyError: 'txet'. The event has no key 'txet'; did you mean 'text'?"))
        #expect(!message.contains("scope"), "\(message)")
    }

    @Test func `a bot that makes no call and writes text gets --plain suggested once`() {
        var text = ProbeRecord()
        (text.eventsGiven, text.lines.beforeEnd, text.wasIdle) = (9, 2, true)
        text.badLines = [.init(error: .notAnObject, text: "2", step: step)]
        var messages = ProbeRecord()
        (messages.eventsGiven, messages.lines.onStderr, messages.wasIdle) = (9, 9, true)
        let advice = "If it reads and prints plain text, use: pipegram doctor --plain"
        for record in [text, messages] {
            let notes = diagnoses(record).filter { $0.severity == .hint }
            #expect(notes.map { $0.message.hasSuffix(advice) } == [true], "\(notes)")
        }
        var logger = messages
        (logger.lines.beforeEnd, logger.calls.count) = (3, 3)
        #expect(diagnoses(logger).map(\.severity) == [.fine])
        var crashed = messages
        crashed.crashes = [.init(status: 1, step: step, isAtStart: true, isOnScope: true, stderr: ["x"])]
        #expect(diagnoses(crashed).map(\.severity) == [.fault])
    }

    @Test(arguments: [
        (#"{"type":"x"}{"type":"y"}"#, Language.python, "no newline between"),
        ("{ type: 'telegram.send_message' }", .node, "the language's notation"),
        ("{'type': 'x'}", .python, "the language's notation"),
    ])
    func `invalid JSON is told apart from near misses`(_ text: String, _ language: Language, _ words: String)
    {
        var record = healthy
        record.badLines = [.init(error: .notAnObject, text: text, step: step)]
        let found = diagnoses(record, of: Script(name: "bot", text: "", language: language))
        #expect(found.first?.message.contains(words) == true, "\(found)")
    }

    @Test func `a bot that doesn't exit gets advice in its language`() {
        var record = healthy
        record.shutdown.ignoresEnd = true
        let node = diagnoses(
            record, of: Script(name: "bot.js", text: "setInterval(f, 1000)", language: .node))
        #expect(node.first?.message.contains("process.exit(0)") == true, "\(node)")
        #expect(diagnoses(record, of: python("x")).first?.message.contains("daemon=True") == true)
    }

    @Test func `a bot that answered in time in one scenario doesn't buffer in another`() {
        var late = healthy
        (late.lines.beforeEnd, late.lines.atEnd) = (0, 2)
        let found = ProbeAnalysis.diagnoses(of: [healthy, late], script: nil, options: ProbeOptions())
        #expect(found.map(\.severity) == [.fine])
    }

    @Test func `output after the end of stdin is a slow answer`() {
        var record = healthy
        (record.lines.beforeEnd, record.lines.later) = (0, 3)
        #expect(diagnoses(record).map(\.severity) == [.fine])
    }

    @Test func `a bot that sets callback_query_mode gets a note about its presses`() throws {
        var record = healthy
        for mode in ["default", "Inline"] {
            #expect(diagnoses(record).map(\.severity) == [.fine])
            record.add(
                try Call(
                    type: "telegram.set_my_settings", parameters: ["callback_query_mode": JSON(mode)],
                    id: nil,
                    in: .bot))
        }
        let bot = python("import x\ncall('set_my_settings', callback_query_mode='Inline')")
        let found = diagnoses(record, of: bot)
        #expect(found.map(\.severity) == [.fine, .hint])
        #expect(found.last?.subject == "bot.py:2")
        #expect(found.last?.message.contains("come without their chat") == true)
    }

    @Test func `a slow bot is not at fault`() {
        var record = healthy
        record.stall = (.slow, step)
        #expect(diagnoses(record).map(\.severity) == [.fine, .hint])
        record.stall = (.unread, step)
        #expect(diagnoses(record).map(\.severity) == [.fault])
    }

    @Test func `a repeated problem is reported once, with its first occurrence`() {
        var record = healthy
        record.badLines = (1...5).map { .init(error: .notAnObject, text: "\($0)", step: step) }
        let found = diagnoses(record)
        #expect(found.count == 1)
        #expect(found.first?.message.contains(": 1.") == true, "\(found)")
    }

    @Test func `a bot that echoes its input is told so once`() {
        var record = healthy
        for type in ["telegram", "telegram.result"] {
            record.badLines.append(.init(error: .unknownType(type), text: type, step: step))
        }
        let found = diagnoses(record)
        #expect(found.count == 1)
        #expect(found.first?.message.contains("not the input") == true, "\(found)")
    }

    @Test func `each step of a scenario is an event for a child`() {
        let steps = Scenario.inPrivate(chat: 42).steps + Scenario.inGroup(chat: -100).steps
        #expect(steps.count == 12)
        #expect(steps.allSatisfy { [.chat(42), .chat(-100)].contains($0.event.scope) })
        #expect(Scenario.plain(chat: 42).steps.allSatisfy { PlainTextMessage($0.event) != nil })
    }
}
