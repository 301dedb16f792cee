import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct AskTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private func start(_ options: [String] = []) throws {
        try test.run(options, bot: "transcript.sh")
        #expect(test.waitForLog("waiting for updates"))
    }

    private func ask(_ arguments: [String]) throws -> ProgramRun {
        try test.rig.pipegram(["ask"] + arguments, environment: test.variables)
    }

    @discardableResult
    private func act(_ action: String, _ parameters: JSON, as user: Int64 = 42) throws -> JSON {
        try test.telegram.telegram.perform(action, parameters, as: user, files: []).get()
    }

    /// The id of the message with this text, once it is there.
    private func message(_ text: String) throws -> JSON {
        var id: JSON?
        let url = "\(test.telegram.url)/simulator/actions?kind=message"
        let client = test.rig.client()
        _ = test.wait {
            let request = HTTPClient.Request(url: url, body: .none, timeout: .seconds(20))
            let actions = test.rig.settled(HTTPAnswer(to: request, from: client)).json?["result"]?.elements
            id = actions?.first { $0["message"]?["text"]?.string == text }?["message"]?["message_id"]
            return id != nil
        }
        return try #require(id)
    }

    private func press(_ button: JSON, of message: JSON, as user: Int64 = 42, in chat: Int64? = nil) throws {
        var parameters: JSON = ["message_id": message, "button": button]
        if let chat { parameters.set("chat_id", JSON(chat)) }
        try act("pressButton", parameters, as: user)
    }

    private func calls(_ method: String) -> [JSON] {
        test.telegram.calls.filter { $0.method == method && $0.wasCarriedOut }.map(\.parameters)
    }

    private var edits: [String] { calls("editMessageText").compactMap { $0["text"]?.string } }

    /// The updates that the bot has read.
    private func events(in chat: Int64 = 42) -> [JSON] {
        test.transcript(of: chat).compactMap { try? JSON(parsing: $0) }.filter { $0["update_id"] != nil }
    }

    private let yesOrNo = ["--button", "Yes", "--button", "No"]

    @Test(arguments: [(1, "Yes", 0 as Int32), (2, "No", 1)])
    func `the pressed button is printed, gives the exit code and is shown, and its press isn't the bot's`(
        _ button: Int64, _ text: String, _ status: Int32
    ) throws {
        try start()
        try act("sendMessage", ["text": "before"])
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy", "it?"])
        let question = try message("Deploy it?")
        try act("sendMessage", ["text": "meanwhile"])
        try press(JSON(button), of: question)
        #expect(run.wait() == status, "\(run.errorText)")
        #expect(run.output == [text])
        #expect(run.errors.isEmpty)
        #expect(test.wait { self.edits.first?.hasPrefix("Deploy it?\n\n☑ \(text) (") == true })
        #expect(test.wait { self.calls("answerCallbackQuery").count == 1 })
        try act("sendMessage", ["text": "after"])
        #expect(test.wait { self.events().count == 3 })
        #expect(events().map { $0["text"] } == ["before", "meanwhile", "after"])
        #expect(test.stop() == 0)
    }

    @Test func `a reply answers a question without buttons`() throws {
        try start()
        let run = try ask(["--user", "42", "Which version?"])
        let question = try message("Which version?")
        try act("sendMessage", ["text": "no reply"])
        try act("sendMessage", ["text": "7.1", "reply_parameters": ["message_id": question]])
        #expect(run.wait() == 0, "\(run.errorText)")
        #expect(run.output == ["7.1"])
        try act("sendMessage", ["text": "after"])
        #expect(test.wait { self.events().count == 2 })
        #expect(events().map { $0["text"] } == ["no reply", "after"])
        #expect(test.stop() == 0)
    }

    @Test func `without an answer it exits with 124, and the message shows that`() throws {
        try start()
        let run = try ask(["--chat", "42", "--timeout", "300ms"] + yesOrNo + ["Now?"])
        #expect(run.wait() == 124)
        #expect(run.output.isEmpty && run.errorText.contains("no answer within"))
        #expect(test.wait { self.edits.first?.hasPrefix("Now?\n\n⌛") == true })
        #expect(test.stop() == 0)
    }

    @Test func `only the user may answer; another's press is answered and kept from the bot`() throws {
        try start()
        let group = try #require(try act("createGroup", ["title": "Friends"])["id"]?.integer)
        try act("joinChat", ["chat_id": JSON(group)], as: 43)
        let run = try ask(["--chat", "\(group)", "--user", "42"] + yesOrNo + ["Deploy?"])
        let question = try message("Deploy?")
        try press(1, of: question, as: 43, in: group)
        #expect(test.wait { self.calls("answerCallbackQuery").count == 1 })
        #expect(run.exit == nil)
        try press(2, of: question, in: group)
        #expect(run.wait() == 1, "\(run.errorText)")
        #expect(!events(in: group).contains { $0["type"] == "telegram.callback_query" })
        #expect(test.stop() == 0)
    }

    @Test func `a user who isn't allowed can't answer`() throws {
        try start(["--allow-user", "42"])
        let group = try #require(try act("createGroup", ["title": "Friends"])["id"]?.integer)
        try act("joinChat", ["chat_id": JSON(group)], as: 43)
        let run = try ask(["--chat", "\(group)"] + yesOrNo + ["Deploy?"])
        let question = try message("Deploy?")
        try press(1, of: question, as: 43, in: group)
        try press(2, of: question, in: group)
        #expect(run.wait() == 1, "\(run.errorText)")
        #expect(test.stop() == 0)
    }

    @Test func `ten asks at once each get their own answer`() throws {
        try start()
        let runs = try (0..<10).map { try ask(["--chat", "42"] + yesOrNo + ["Question \($0)?"]) }
        for number in (0..<10).reversed() {
            try press(JSON(Int64(number % 2 + 1)), of: try message("Question \(number)?"))
        }
        for (number, run) in runs.enumerated() {
            #expect(run.wait() == Int32(number % 2), "\(run.errorText)")
            #expect(run.output == [["Yes", "No"][number % 2]])
        }
        try act("sendMessage", ["text": "after"])
        #expect(test.wait { self.events().count == 1 })
        #expect(test.stop() == 0)
    }

    @Test
    func `a killed ask leaves nothing: its message loses its buttons, and a press of them is the bot's`()
        throws
    {
        try start()
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        let question = try message("Deploy?")
        let mark = calls("sendMessage").first?["reply_markup"]?["inline_keyboard"]?[0]?[0]?["callback_data"]
        run.signal(SIGKILL)
        #expect(run.wait() == 128 + SIGKILL)
        #expect(test.wait { self.edits == ["Deploy?\n\n✖"] })
        test.telegram.add(
            [
                "id": "1", "from": ["id": 42, "is_bot": false, "first_name": "Ada"], "chat_instance": "1",
                "message": [
                    "message_id": question, "chat": ["id": 42, "type": "private"], "date": 1_700_000_000,
                ],
                "data": mark ?? "",
            ], as: "callback_query")
        #expect(test.wait { self.events().map { $0["type"] } == ["telegram.callback_query"] })
        #expect(test.wait { (try? test.count("events")) == 0 })
        #expect(test.stop() == 0)
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func `a gateway that ends while it asks gives no button's exit code`(_ signal: Int32) throws {
        try start()
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        _ = try message("Deploy?")
        _ = test.stop(signal)
        #expect(run.wait() == 75)
        #expect(run.output.isEmpty && run.errorText.contains("no answer: the gateway"))
        if signal == SIGTERM { #expect(edits == ["Deploy?\n\n✖"]) }
    }

    @Test func `a question that Telegram refuses gives no button's exit code`() throws {
        try start()
        test.telegram.fail(method: "sendMessage", with: .error(400, "Bad Request: chat not found"))
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        #expect(run.wait() == 75 && run.errorText.contains("chat not found"))
        #expect(test.stop() == 0)
    }

    @Test func `without a gateway it polls itself, and confirms no update but the answer`() throws {
        test.say("waits", in: 42)
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        try press(2, of: try message("Deploy?"))
        #expect(run.wait() == 1, "\(run.errorText)")
        #expect(run.output == ["No"])
        #expect(edits.first?.hasPrefix("Deploy?\n\n☑ No") == true)
        #expect(test.telegram.pendingUpdates == 2)
        // What nothing waits before is confirmed.
        try start()
        #expect(test.wait { self.events().count == 2 })
        #expect(test.stop() == 0)
        let again = try ask(["--chat", "42"] + yesOrNo + ["Again?"])
        try press(1, of: try message("Again?"))
        #expect(again.wait() == 0, "\(again.errorText)")
        #expect(test.telegram.pendingUpdates == 0)
    }

    @Test func `without a gateway, time and signals end it too`() throws {
        let run = try ask(["--chat", "42", "--timeout", "500ms"] + yesOrNo + ["Now?"])
        #expect(run.wait() == 124)
        #expect(test.wait { self.edits.first?.hasPrefix("Now?\n\n⌛") == true })
        let stopped = try ask(["--chat", "42"] + yesOrNo + ["Then?"])
        _ = try message("Then?")
        stopped.signal(SIGTERM)
        #expect(stopped.wait() == 128 + SIGTERM)
        #expect(edits.last == "Then?\n\n✖")
        #expect(stopped.errorText == "pipegram: the question is withdrawn")
    }

    @Test func `a Telegram that doesn't answer keeps a signal for two seconds at most`() throws {
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        _ = try message("Deploy?")
        test.telegram.fail(method: "editMessageText", times: 9, with: .hang)
        let start = Instant.current
        run.signal(SIGINT)
        #expect(run.wait() == 128 + SIGINT)
        #expect(Instant.current - start < .seconds(5))
        #expect(run.errorText.contains("it may keep its buttons"), "\(run.errorText)")
    }

    @Test func `Ctrl-C withdraws the question through a gateway, and says so`() throws {
        try start()
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        _ = try message("Deploy?")
        run.signal(SIGINT)
        #expect(run.wait() == 128 + SIGINT)
        #expect(run.errorText == "pipegram: the question is withdrawn")
        #expect(test.wait { self.edits == ["Deploy?\n\n✖"] })
        #expect(test.stop() == 0)
    }

    @Test func `of two without a gateway, one says that the other polls`() throws {
        let runs = try (0..<2).map { try ask(["--chat", "42"] + yesOrNo + ["Question \($0)?"]) }
        #expect(test.wait(within: .seconds(60)) { runs.contains { $0.exit != nil } })
        let ended = try #require(runs.first { $0.exit != nil })
        #expect(ended.wait() == 75)
        #expect(ended.errorText.contains("another 'pipegram ask'"), "\(ended.errorText)")
        for run in runs where run.exit == nil {
            run.signal(SIGTERM)
            run.wait()
        }
    }

    @Test func `without a gateway, a refusal is told once, with its usual cause`() throws {
        test.telegram.fail(method: "sendMessage", with: .error(400, "Bad Request: chat not found"))
        let run = try ask(["--chat", "42"] + yesOrNo + ["Deploy?"])
        #expect(run.wait() == 75)
        #expect(run.errors.count == 1 && run.errorText.contains("Usual causes"), "\(run.errorText)")
    }

    @Test func `errors have no button's exit code`() throws {
        let buttons = (0..<51).flatMap { ["--button", "\($0)"] }
        let cases: [(arguments: [String], status: Int32)] = [
            (["Deploy?"], 64), (["--chat", "x", "Deploy?"], 64), (["--chat", "42"], 64),
            (["--chat", "42"] + buttons + ["Deploy?"], 64),
            (["--chat", "42", "--button", "", "Deploy?"], 64),
            (["--chat", "42", "--user", "43", "Deploy?"], 64),
            (["--chat", "42", "--user", "4x", "Deploy?"], 64), (["--chat", "42", "--oops", "Deploy?"], 64),
            (["--chat", "42", "--state", "postgresql://bot@db/pipegram", "Deploy?"], 64),
            (["--chat", "42", "--token-file", "/nowhere", "Deploy?"], 66),
        ]
        for (arguments, status) in cases {
            let run = try ask(arguments)
            #expect(run.wait() == status, "\(arguments): \(run.errorText)")
        }
        test.telegram.fail(method: "getMe", with: .error(401, "Unauthorized"))
        #expect(try ask(["--chat", "42", "Deploy?"]).wait() == 77)
    }
}
