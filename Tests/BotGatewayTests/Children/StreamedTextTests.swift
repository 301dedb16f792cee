import JSON
import TestSupport
import Testing

@testable import BotGateway

/// What a plain-text program prints word by word. They move the clock, as ChildSessionTests do.
@Suite(.ownProcess) struct StreamedTextTests {
    private func stage(
        streams: Bool = true, _ adjust: (inout PlainTextOptions) -> Void = { _ in }
    ) throws -> FakeChildren {
        let stage = try TestRig().fakeChildren {
            var options = PlainTextOptions()
            options.streams = streams
            adjust(&options)
            $0.dialect = .plainText(options)
            $0.acknowledgement = .auto(timeout: .milliseconds(300))
        }
        return stage
    }

    /// `draft 1: text` or `text`, for each call so far.
    private func calls(_ stage: FakeChildren) -> [String] {
        stage.calls.map { call, _, _ in
            let text = call.parameters["text"]?.string ?? ""
            return call.parameters["draft_id"].map { "draft \($0): \(text)" } ?? text
        }
    }

    @Test func `without --stream a line that comes word by word is one message`() throws {
        let stage = try stage(streams: false)
        stage.say("go")
        stage.child.readAll()
        for word in ["one ", "two ", "three "] {
            stage.child.writePart(word)
            stage.wait(.milliseconds(1900))
        }
        stage.child.write("end")
        #expect(calls(stage).isEmpty)
        stage.wait(.milliseconds(200))
        #expect(calls(stage) == ["one two three end"])
    }

    @Test func `a draft grows at most once a second, and becomes the message`() throws {
        let stage = try stage()
        stage.say("go")
        stage.child.readAll()
        stage.child.writePart("one")
        stage.wait(.milliseconds(200))
        #expect(calls(stage) == ["draft 1: one"])
        stage.child.write(" line")
        stage.child.writePart("two")
        stage.wait(.milliseconds(200))
        #expect(calls(stage).count == 1)
        stage.wait(.seconds(1))
        #expect(calls(stage).last == "draft 1: one line\ntwo")
        stage.wait(.seconds(5))
        #expect(calls(stage).count == 2, "nothing new to show")
        stage.child.isReadingInput = true
        stage.wait(.milliseconds(200))
        #expect(calls(stage).last == "one line\ntwo")
        stage.child.isReadingInput = false
        stage.child.writePart("three")
        stage.wait(.milliseconds(200))
        #expect(calls(stage).last == "draft 2: three")
        stage.child.exit()
        #expect(calls(stage).last == "three")
    }

    @Test func `a draft is shown again before it disappears, and silence ends the message`() throws {
        let stage = try stage()
        stage.say("go")
        stage.child.readAll()
        for _ in 1...3 {
            stage.child.writePart("\u{1B}[0m")
            stage.child.writePart("word")
            stage.wait(.milliseconds(200))
            stage.child.writePart("\u{1B}[0m")
            stage.wait(.seconds(9))
        }
        #expect(calls(stage).last == "draft 1: wordwordword")
        stage.wait(.seconds(2))
        #expect(calls(stage).last == "wordwordword")
    }

    @Test func `no draft is tried after Telegram refused one`() throws {
        let stage = try stage()
        stage.say("go")
        stage.child.readAll()
        stage.child.writePart("one")
        stage.wait(.milliseconds(200))
        stage.calls[0].reply(.failure(.badRequest("not here")))
        stage.child.writePart(" two")
        stage.wait(.seconds(3))
        #expect(calls(stage) == ["draft 1: one"])
        #expect(stage.log.count("can't show its output in a draft: 400 Bad Request: not here") == 1)
    }

    @Test(arguments: [-100, 42] as [Int64]) func `a group is shown no draft`(chat: Int64) throws {
        let stage = try stage()
        stage.say("go", in: chat)
        stage.child.readAll()
        stage.child.writePart("one")
        stage.wait(.milliseconds(200))
        #expect(calls(stage).isEmpty == (chat < 0))
    }

    @Test func `a draft that users can stop has a stop button`() throws {
        let stage = try stage { $0.interrupt = "/stop" }
        stage.say("go")
        stage.child.readAll()
        stage.child.writePart("one")
        stage.wait(.milliseconds(200))
        #expect(stage.calls[0].call.parameters["can_stop"]?.bool == true)
    }

    @Test func `Markdown is sent as a rich message, up to its own limit`() throws {
        let stage = try stage(streams: false) { $0.isMarkdown = true }
        stage.say("go")
        stage.child.readAll()
        let long = String(repeating: "x", count: 5000)
        stage.child.write("# Title")
        stage.child.write(long)
        stage.wait(.milliseconds(200))
        #expect(stage.calls.map(\.call.method) == ["sendRichMessage"])
        #expect(stage.calls[0].call.parameters["rich_message"]?["markdown"]?.string == "# Title\n\(long)")
    }
}
