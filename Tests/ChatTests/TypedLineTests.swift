import Testing

@testable import Chat

@Suite struct TypedLineTests {
    private func photo(_ path: String, _ caption: String = "") -> TypedLine {
        .send(.init(path: path, caption: caption, method: "sendPhoto"))
    }

    @Test func `text goes to the bot, and so do commands that aren't the chat's`() throws {
        for text in [
            "hello", "a / b", "/start", "/start deep-link", "/help@demo_bot", "/", "/Help", "/photos",
        ] {
            #expect(try TypedLine(text) == .say(text))
        }
        #expect(try TypedLine("  hello \t") == .say("hello"))
        #expect(try TypedLine("two\nlines") == .say("two\nlines"))
        #expect(try TypedLine(" ") == .empty)
    }

    @Test func `with a second slash the chat's commands go to the bot`() throws {
        #expect(try TypedLine("/help") == .help)
        #expect(try TypedLine("//help me") == .say("/help me"))
        #expect(try TypedLine("///x") == .say("//x"))
    }

    @Test func `commands switch chats and users`() throws {
        #expect(try TypedLine("/as Bob") == .switchUser(name: "Bob", username: nil))
        #expect(try TypedLine("/as Ada King @ada") == .switchUser(name: "Ada King", username: "ada"))
        #expect(try TypedLine("/group") == .openGroup(title: nil))
        #expect(try TypedLine("/group Book club") == .openGroup(title: "Book club"))
        #expect(try TypedLine("/topic News") == .openTopic(name: "News"))
        #expect(try TypedLine("/private") == .openPrivateChat)
        #expect(try TypedLine("/direct Daily news") == .openDirectMessages(channel: "Daily news"))
        #expect(try TypedLine("/direct") == .openDirectMessages(channel: nil))
    }

    @Test func `a file's path may be quoted or escaped, and may be followed by a caption`() throws {
        #expect(try TypedLine("/photo cat.png") == photo("cat.png"))
        #expect(try TypedLine("/photo cat.png my cat") == photo("cat.png", "my cat"))
        #expect(try TypedLine(#"/photo "my cat.png" it's him"#) == photo("my cat.png", "it's him"))
        #expect(try TypedLine(#"/photo my\ cat.png x"#) == photo("my cat.png", "x"))
    }

    @Test(arguments: [
        ("notes.txt", "sendDocument"), ("cat.png", "sendDocument"), ("song.MP3", "sendAudio"),
        ("talk.ogg", "sendVoice"), ("film.mp4", "sendVideo"), ("cat.gif", "sendAnimation"),
        ("x", "sendDocument"),
    ])
    func `a file is sent by the method for its extension, as in apps`(_ path: String, _ method: String) throws
    {
        #expect(try TypedLine("/file \(path)") == .send(.init(path: path, caption: "", method: method)))
    }

    @Test func `messages are given by number, or default to the last one`() throws {
        #expect(try TypedLine("/edit new text") == .edit(message: nil, text: "new text"))
        #expect(try TypedLine("/edit 5 new text") == .edit(message: 5, text: "new text"))
        #expect(try TypedLine("/edit 5") == .edit(message: nil, text: "5"))
        #expect(try TypedLine("/reply #5 yes") == .reply(message: 5, text: "yes"))
        #expect(try TypedLine("/delete") == .delete(message: nil))
        #expect(try TypedLine("/delete 5") == .delete(message: 5))
        #expect(try TypedLine("/react 👍") == .react(emoji: "👍", message: nil))
        #expect(try TypedLine("/react 👍 5") == .react(emoji: "👍", message: 5))
        #expect(try TypedLine("/react 5") == .react(emoji: "", message: 5))
        #expect(try TypedLine("/react") == .react(emoji: "", message: nil))
    }

    @Test func `commands press buttons, vote, and use inline mode`() throws {
        #expect(try TypedLine("/press 2") == .press("2"))
        #expect(try TypedLine("/press Yes, please") == .press("Yes, please"))
        #expect(try TypedLine("/vote 1, 3") == .vote([1, 3]))
        #expect(try TypedLine("/vote") == .vote([]))
        #expect(try TypedLine("/inline") == .inlineQuery(""))
        #expect(try TypedLine("/inline cats and dogs") == .inlineQuery("cats and dogs"))
        #expect(try TypedLine("/choose 1") == .chooseInlineResult(1))
    }

    @Test(arguments: [
        "/as", "/as @ada", "/photo", "/photo \"cat.png", "/file", "/press", "/edit", "/delete x", "/delete 0",
        "/reply yes", "/reply 5", "/react 👍 x", "/choose", "/choose 0", "/vote x",
    ])
    func `an incomplete command gets its usage`(_ line: String) {
        let command = String(line.prefix { $0 != " " })
        do throws(TypedLine.UsageError) {
            Issue.record("\(try TypedLine(line))")
        } catch {
            #expect(error.description.hasPrefix("usage: \(command) "))
        }
    }

    @Test func `the help lists every command`() {
        for command in [
            "/as", "/group", "/topic", "/direct", "/private", "/photo", "/file", "/press", "/reply", "/edit",
            "/delete", "/react", "/vote", "/inline", "/choose", "/block", "/quit", "/help",
        ] {
            #expect(TypedLine.usage.contains { $0.line.split(separator: " ")[0] == command }, "\(command)")
        }
    }
}
