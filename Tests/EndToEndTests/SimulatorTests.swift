import Glibc
import JSON
import Reactor
import TestSupport
import Testing

/// `pipegram simulator`, with `pipegram run` against it.
@Suite struct SimulatorTests: Rigged {
    let rig: TestRig
    private let client: HTTPClient

    init() throws {
        rig = try TestRig()
        client = rig.client()
    }

    private func start(_ options: [String] = [], listen: String = "127.0.0.1:0") throws -> ProgramRun {
        try rig.pipegram(["simulator", "--listen", listen] + options)
    }

    /// The URL of a simulator, once it listens.
    private func url(of simulator: ProgramRun) throws -> String {
        _ = wait { simulator.output.count >= 6 || simulator.exit != nil }
        let line = try #require(simulator.output.first)
        #expect(line.hasPrefix("listening on http://"))
        return String(line.dropFirst("listening on ".count))
    }

    private func ask(_ url: String, _ body: JSON? = nil) -> JSON? {
        let body = body.map { HTTPClient.Body.json($0.bytes) } ?? HTTPClient.Body.none
        let request = HTTPClient.Request(url: url, body: body, timeout: .seconds(20))
        return settled(HTTPAnswer(to: request, from: client)).json
    }

    @Test func `a user writes, a gateway's bot answers, and its calls are logged without text`() throws {
        let simulator = try start()
        let url = try url(of: simulator)
        let files = TemporaryDirectory()
        let gateway = try rig.pipegram(
            ["run", "--no-state", "--", ProjectPaths.bot("echo.sh")],
            environment: [
                "TELEGRAM_BOT_TOKEN": "99:made_up", "TELEGRAM_API_URL": url, "TRANSCRIPTS": files.path,
            ])
        let said = ask("\(url)/simulator/users/ada/sendMessage", ["text": "hello there"])
        #expect(said?["ok"] == true, "\(said?.description ?? "")")
        let chat = try #require(said?["result"]?["chat"]?["id"]?.integer)
        let actions = ask("\(url)/simulator/actions?kind=message&timeout=20")?["result"]
        #expect(actions?[0]?["message"]?["text"] == "hello there")
        for program in [gateway, simulator] {
            program.signal(SIGINT)
            #expect(program.wait() == 0, "\(program.errorText)")
        }
        #expect(simulator.errorText.contains("info sendMessage chat:\(chat): ok, message 2"))
        #expect(simulator.errorText.contains("info update 1: message"))
        #expect(!simulator.errorText.contains("hello there"))
    }

    @Test func `a port in use gives exit status 73, and an invalid address 64`() throws {
        let taken = try rig.server()
        let form = "': it must be an IP address and a port, such as 127.0.0.1:8081 or [::1]:8081"
        for (listen, status, words) in [
            ("127.0.0.1:\(taken.port)", 73 as Int32, "127.0.0.1:\(taken.port) is in use"),
            ("example:80", 64, "Invalid --listen 'example\(form)"),
            ("127.0.0.1:x", 64, "Invalid --listen '127.0.0.1:x\(form)"),
            ("1::z", 64, "Invalid --listen '1::z\(form)"),
            ("example", 64, "Invalid --listen 'example\(form)"),
        ] {
            let simulator = try start(listen: listen)
            #expect(simulator.wait() == status)
            #expect(simulator.errorText.contains(words), "\(simulator.errorText)")
        }
    }

    @Test func `a given token is the only valid one, and its number is the bot's id`() throws {
        let simulator = try start(["--token", "123:abc", "--log-level", "warning"], listen: "0.0.0.0:0")
        let url = try url(of: simulator).replacing("0.0.0.0", with: "127.0.0.1")
        #expect(ask("\(url)/bot123:abc/getMe")?["result"]?["id"] == 123)
        #expect(ask("\(url)/bot7:secret/getMe")?["error_code"] == 401)
        simulator.signal(SIGTERM)
        #expect(simulator.wait() == 0)
        #expect(simulator.errors.count == 1)
        #expect(simulator.errorText.contains("warning this simulator is reachable from other machines"))
    }

    @Test(arguments: ["0", "007", "1099511627776", "99999999999999999999"])
    func `a token with a number that can't be a bot's id is refused`(_ id: String) throws {
        let simulator = try start(["--token", "7:a", "--token", "\(id):secret"])
        #expect(simulator.wait() == 64)
        let words = "Invalid --token for the bot \(id): a bot's id must be from 1 to 1099511627775"
        #expect(simulator.errorText.contains(words), "\(simulator.errorText)")
        #expect(simulator.output.isEmpty)
    }

    @Test func `the log names the bot from which privacy mode hides a message`() throws {
        let simulator = try start(["--token", "7:a", "--token", "8:b"])
        let url = try url(of: simulator)
        let group = try #require(
            ask("\(url)/simulator/users/ada/createGroup", ["title": "x"])?["result"]?["id"])
        #expect(ask("\(url)/simulator/users/ada/addBot", ["chat_id": group, "bot": 8])?["ok"] == true)
        #expect(
            ask("\(url)/simulator/users/ada/sendMessage", ["chat_id": group, "text": "hi"])?["ok"] == true)
        simulator.signal(SIGTERM)
        #expect(simulator.wait() == 0)
        for bot in [7, 8] {
            #expect(
                simulator.errorText.contains("privacy mode hides a message from bot:\(bot); --no-privacy"))
        }
    }
}
