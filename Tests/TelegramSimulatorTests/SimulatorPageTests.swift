import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// What the simulator's web page asks for.
@Suite struct SimulatorPageTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient(strictness: .strict) }

    private func fetch(_ path: String, _ headers: [(name: String, value: String)] = []) -> HTTPAnswer {
        var request = HTTPClient.Request(url: test.server.url + path, timeout: .seconds(20))
        request.headers = headers
        return test.settled(test.send(request))
    }

    private func ask(_ path: String) -> JSON? { fetch("/simulator\(path)").json?["result"] }

    private func act(_ action: String, _ parameters: JSON, as person: Int64 = 42) {
        _ = test.server.telegram.perform(action, parameters, as: person)
    }

    @Test func `the page and each of its files are served`() throws {
        let page = try #require(fetch("/").text)
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.contains("src=\"/page/app.js\"") && page.contains("href=\"/page/style.css\""))
        for name in Directory.names(in: "\(ProjectPaths.root)/Sources/CPage/files") {
            let file = try File.read("\(ProjectPaths.root)/Sources/CPage/files/\(name)")
            let path = name == "index.html" ? "/" : "/page/\(name)"
            #expect(fetch(path).response?.body == file, "\(name): list it in CPage.c")
        }
        #expect(fetch("/page/other.js").status == 404)
    }

    @Test(arguments: [
        ("Host", "evil.example"), ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ])
    func `another site's page gets neither the page nor its data`(_ name: String, _ value: String) {
        for path in ["/", "/page/app.js", "/simulator/traffic", "/simulator/chats", "/simulator/files/x"] {
            #expect(fetch(path, [(name, value)]).status == 403, "\(path)")
        }
    }

    @Test func `traffic has updates, calls, and actions of users and the bot in order`() throws {
        let waiting = test.send(
            HTTPClient.Request(url: "\(test.server.url)/simulator/traffic?timeout=10", timeout: .seconds(20)))
        _ = test.send(
            HTTPClient.Request(
                url: "\(test.server.url)/simulator/users/ada/sendMessage",
                body: .json(Array(#"{"text":"x"}"#.utf8)),
                timeout: .seconds(5)))
        #expect(test.settled(waiting).json?["result"]?[0]?["update"]?["message"]?["text"] == "x")
        _ = test.call("sendMessage", ["chat_id": 1001, "text": "y"])
        let entries = try #require(ask("/traffic")?.elements)
        #expect(entries.map { $0.keys[3] } == ["update", "user", "action", "call"])
        #expect(entries.map { $0["id"] } == [1, 2, 3, 4])
        #expect(entries[1]["user"] == ["id": 1001, "action": "sendMessage", "parameters": ["text": "x"]])
        #expect(entries[2]["action"]?["message"]?["text"] == "y")
        #expect(entries[3]["call"]?["result"]?["text"] == "y")
        #expect((entries[3]["ms"]?.number).map { 0..<5_000 ~= $0 } == true)
        #expect(try #require(entries[0]["at"]?.integer) > 1_700_000_000_000)
        #expect(ask("/traffic?newest=1")?[0]?["id"] == 4)
        #expect(ask("/traffic?after=3")?.count == 1)
        #expect(fetch("/simulator/traffic?newest=-1").status == 400)
    }

    @Test func `the time of a delayed answer includes the delay`() throws {
        act("start", [:])
        test.server.fail(method: "sendMessage", with: .delay(.milliseconds(20)))
        _ = test.call("sendMessage", ["chat_id": 42, "text": "y"])
        let call = try #require(ask("/traffic")?.elements.last)
        #expect((call["ms"]?.number).map { 20..<5_000 ~= $0 } == true)
    }

    @Test func `traffic has the lines of the bot's program, and text that isn't JSON as text`() throws {
        func note(_ line: String, isInput: Bool, chat: Int64?) {
            Array(line.utf8).withUnsafeBytes {
                test.server.note($0, isInput: isInput, scope: "chat:\"42", chat: chat)
            }
        }
        note(#"{"type":"telegram.message","n":1.50}"#, isInput: true, chat: 42)
        note("no JSON \u{7}", isInput: false, chat: nil)
        note("\"" + String(repeating: "x", count: 70_000) + "\"", isInput: false, chat: nil)
        let entries = try #require(ask("/traffic")?.elements)
        #expect(entries.map { $0.keys[3] } == ["event", "line", "line"])
        #expect(entries[0]["event"]?["json"]?["n"] == 1.5 && entries[0]["event"]?["chat_id"] == 42)
        #expect(entries[1]["line"] == ["scope": "chat:\"42", "text": "no JSON \u{7}"])
        #expect(entries[2]["line"]?["text"]?.string?.count == 65_536)
        let text = try #require(fetch("/simulator/traffic").text)
        #expect(text.contains(#"{"type":"telegram.message","n":1.50}"#))
    }

    @Test func `a chat has the commands that a user sees there`() throws {
        act("createUser", ["id": 42, "first_name": "Ada", "language_code": "de"])
        act("start", [:])
        act("createGroup", ["title": "Friends", "id": -1_001_000_000_009])
        func set(_ name: String, _ parameters: JSON = [:]) {
            var all: JSON = ["commands": [["command": JSON(name), "description": "x"]]]
            all.merge(parameters)
            #expect(test.call("setMyCommands", all).status == 200)
        }
        func seen(_ query: String) -> JSON? { ask("/chats/\(query)")?["commands"]?[0]?["command"] }
        let (own, group) = ("42?", "-1001000000009?user_id=")
        #expect(ask("/chats/42")?["commands"] == [])
        set("wide")
        #expect(seen(own) == "wide" && seen("\(group)43") == "wide")
        set("private", ["scope": ["type": "all_private_chats"]])
        #expect(seen(own) == "private")
        set("german", ["scope": ["type": "all_private_chats"], "language_code": "de"])
        #expect(seen(own) == "german")
        set("ada", ["scope": ["type": "chat", "chat_id": "42"]])
        #expect(seen(own) == "ada")
        set("groups", ["scope": ["type": "all_group_chats"]])
        set("admins", ["scope": ["type": "all_chat_administrators"]])
        #expect(seen("\(group)43") == "groups" && seen("\(group)42") == "admins")
        set("here", ["scope": ["type": "chat", "chat_id": -1_001_000_000_009]])
        #expect(seen("\(group)43") == "here" && seen("\(group)42") == "here")
        set("member", ["scope": ["type": "chat_member", "chat_id": -1_001_000_000_009, "user_id": 43]])
        #expect(seen("\(group)43") == "member" && seen("\(group)42") == "here")
        #expect(ask("/chats/42")?["menu_button"] == ["type": "commands"])
        let app: JSON = ["type": "web_app", "text": "Shop", "web_app": ["url": "https://example.org"]]
        #expect(test.call("setChatMenuButton", ["chat_id": 42, "menu_button": app]).status == 200)
        #expect(ask("/chats/42")?["menu_button"]?["text"] == "Shop")
    }

    @Test func `a reset is reported`() {
        act("start", [:])
        test.server.reset()
        #expect(ask("/traffic")?.elements.map { $0.keys.last } == ["reset"])
    }

    @Test func `a chat's newest messages come first, then older ones`() throws {
        act("start", [:])
        for _ in 0..<9 { act("sendMessage", ["text": "x"]) }
        func page(_ query: String) -> (ids: [Int64], hasEarlier: Bool?)? {
            ask("/chats/42?\(query)").map { chat in
                (
                    chat["messages"]?.elements.compactMap { $0["message_id"]?.integer } ?? [],
                    chat["has_earlier"]?.bool
                )
            }
        }
        #expect(try #require(page("limit=4")) == ([7, 8, 9, 10], true))
        #expect(try #require(page("limit=4&before=7")) == ([3, 4, 5, 6], true))
        #expect(try #require(page("limit=4&before=3")) == ([1, 2], false))
        #expect(try #require(page("from=9")).ids == [9, 10])
        #expect(fetch("/simulator/chats/42?limit=x").status == 400)
        #expect(fetch("/simulator/chats/43").status == 404)
    }

    @Test func `a chat has its members, topics, keyboard, reactions and votes`() throws {
        act("createGroup", ["title": "Friends", "is_forum": true, "id": -1_001_000_000_009])
        act("createForumTopic", ["chat_id": -1_001_000_000_009, "name": "Tea"])
        let chat: JSON = ["chat_id": -1_001_000_000_009]
        func call(_ method: String, _ parameters: JSON) -> JSON? {
            var all = chat
            all.merge(parameters)
            return test.call(method, all).json?["result"]
        }
        let poll = call(
            "sendPoll", ["question": "Tea?", "options": ["green", "black"], "is_anonymous": false])
        _ = call("sendMessage", ["text": "x", "reply_markup": ["keyboard": [["a"]]]])
        let id = try #require(poll?["message_id"])
        act("votePoll", ["chat_id": -1_001_000_000_009, "message_id": id, "option_ids": [1]])
        act("setMessageReaction", ["chat_id": -1_001_000_000_009, "message_id": id, "reaction": "👍"])
        let seen = try #require(ask("/chats/-1001000000009"))
        #expect(seen["chat"]?["title"] == "Friends")
        #expect(seen["topics"]?[0]?["name"] == "Tea")
        #expect(seen["members"]?.elements.map { $0["status"] } == ["member", "creator"])
        #expect(seen["keyboard"]?["keyboard"] == [["a"]])
        #expect(seen["votes"] == [["message_id": id, "user_id": 42, "option_ids": [1]]])
        #expect(seen["reactions"]?[0]?["reaction"] == [["type": "emoji", "emoji": "👍"]])
        #expect(seen["bot"]?["username"] == "demo_bot")
    }

    @Test func `a file's contents are served by its id`() {
        let id = test.server.addFile(Array("hello".utf8), path: "documents/file_1.txt")
        #expect(fetch("/simulator/files/\(id)").text == "hello")
        #expect(fetch("/simulator/files/x").status == 404)
    }

    @Test(
        arguments: [
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "image/png"),
            ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
            (Array("GIF89a".utf8), "image/gif"), (Array("RIFFxxxxWEBP".utf8), "image/webp"),
            (Array("RIFFxxxxWAVE".utf8), "audio/wav"), (Array("RIFFxxxxAVI ".utf8), nil),
            (Array("OggS".utf8), "audio/ogg"), (Array("xxxxftypmp42".utf8), "video/mp4"),
            (Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), nil), (Array("<html>".utf8), nil),
            (Array("GIF".utf8), nil), ([], nil),
        ] as [([UInt8], String?)])
    func `only known pictures, sound and video have a type`(_ start: [UInt8], _ type: String?) {
        #expect(MediaType(startOf: ServedFile(.bytes(start)))?.name == type)
    }

    @Test func `faults of calls spare getUpdates and downloads`() throws {
        let order: JSON = ["method": "calls", "times": 9, "retry_after": 3]
        let orders = try FaultOrder(Arguments(order))
        test.server.fail(method: orders.method, times: orders.times, with: orders.fault)
        #expect(test.call("getMe").status == 429)
        #expect(test.call("getUpdates").status == 200)
        let id = test.server.addFile(Array("hello".utf8), path: "documents/file_1.txt")
        #expect(fetch("/file/bot7:secret/documents/file_1.txt").text == "hello")
        #expect(test.call("getFile", ["file_id": JSON(id)]).status == 429)
    }
}
