import Testing

@testable import BotGateway

@Suite struct PlainTextOutputTests {
    private func messages(_ lines: [String]) -> [PlainTextOutput.Message] {
        var output = PlainTextOutput()
        return lines.flatMap { output.append($0) } + output.flush()
    }

    @Test func `lines are joined into one message`() {
        #expect(messages(["2", "", " 3"]) == [.text("2\n\n 3")])
    }

    @Test func `blank output is no message`() {
        #expect(messages(["", "  ", "\t"]) == [])
        #expect(messages([]) == [])
    }

    @Test func `blank lines around the text are removed`() {
        #expect(messages(["", "a", "", "b", " "]) == [.text("a\n\nb")])
    }

    @Test func `a message is split at a line's end`() {
        let line = String(repeating: "x", count: 1000)
        let texts = messages(Array(repeating: line, count: 5))
        #expect(
            texts == [.text(Array(repeating: line, count: 4).joined(separator: "\n")), .text(line)])
    }

    @Test func `newlines count towards the length`() {
        let line = String(repeating: "x", count: 2048)
        #expect(messages([line, line]).count == 2)
        #expect(messages([line, String(line.dropLast())]).count == 1)
    }

    @Test func `a line longer than a message is split without breaking a surrogate pair`() {
        let texts = messages(["x" + String(repeating: "👋", count: 4096)])
        let cut = texts.compactMap { if case .text(let text) = $0 { text } else { nil } }
        #expect(cut.count == 3)
        #expect(cut.allSatisfy { $0.utf16.count <= 4096 && !$0.contains("\u{FFFD}") })
        #expect(cut.joined() == "x" + String(repeating: "👋", count: 4096))
    }

    @Test func `a character of many scalars is kept whole if it fits into a message`() {
        let family = "👨‍👩‍👧‍👦"
        let texts = messages([String(repeating: "x", count: 4090) + family + "y"])
        #expect(texts == [.text(String(repeating: "x", count: 4090)), .text(family + "y")])
    }

    @Test func `a character longer than a message is split between its scalars`() {
        let zalgo = "e" + String(repeating: "\u{301}", count: 5000)
        let cut = messages([zalgo]).compactMap { if case .text(let text) = $0 { text } else { nil } }
        #expect(cut.map(\.utf16.count) == [4096, 905])
    }

    @Test func `a line with a file URL sends the file, between the texts before and after it`() {
        #expect(
            messages(["look:", "file:///tmp/a b.png ", "nice"])
                == [.text("look:"), .file("file:///tmp/a b.png"), .text("nice")])
        #expect(messages(["a file:///tmp/x"]) == [.text("a file:///tmp/x")])
    }

    @Test func `NUL is removed`() {
        #expect(messages(["a\0b"]) == [.text("ab")])
    }
}
