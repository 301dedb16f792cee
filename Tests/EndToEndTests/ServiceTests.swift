import Glibc
import TestSupport
import Testing

/// A gateway that a service manager such as systemd started.
@Suite(.ownProcess) struct ServiceTests {
    private let test: GatewayTest
    private let socket: NotifySocket

    init() throws {
        test = try TestRig().gateway()
        socket = NotifySocket(at: "\(test.files.path)/notify")
    }

    private func run(_ arguments: [String] = [], bot: String = "echo.sh") throws {
        let environment = ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "60000000"]
        try test.run(["--poll-timeout", "50s"] + arguments, bot: bot, environment: environment)
    }

    @Test func `it is ready once a poll was answered, which isn't a long one`() throws {
        test.telegram.fail(method: "getUpdates", times: 1, with: .html(502))
        try run()
        #expect(test.waitForLog("answered with a server error"))
        #expect(socket.messages.isEmpty)
        #expect(
            test.wait { socket.messages.contains { $0.hasPrefix("READY=1\nSTATUS=polling; 0 children") } })
        #expect(socket.messages.first == "WATCHDOG=1")
        #expect(test.stop() == 0)
        #expect(socket.messages.last == "STOPPING=1")
    }

    @Test func `the watchdog is fed by answers and by nothing else`() throws {
        try run()
        #expect(test.wait { socket.messages.count == 2 })
        test.say("hello", in: 42)
        #expect(test.wait { socket.messages.count == 3 && test.texts(in: 42) == ["hello"] })
        test.telegram.fail(method: "getUpdates", times: 2, with: .html(502))
        test.say("again", in: 42)
        #expect(test.wait { test.telegram.polls.count >= 6 && test.texts(in: 42).count == 2 })
        let polls = test.telegram.polls.count
        let isFed = test.wait { socket.messages.count { $0 == "WATCHDOG=1" } >= 3 }
        #expect(isFed && polls > socket.messages.count { $0 == "WATCHDOG=1" } + 1)
        #expect(test.stop() == 0)
    }

    @Test func `a reload is reported until all children know of it`() throws {
        try run()
        #expect(test.wait { socket.messages.count == 2 })
        test.gateway?.signal(SIGHUP)
        #expect(test.wait { socket.messages.count == 4 })
        #expect(socket.messages[2].hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        #expect(socket.messages[3].hasPrefix("READY=1\nSTATUS=polling"))
        #expect(test.stop() == 0)
    }

    @Test func `a reload during the start doesn't end the start`() throws {
        test.telegram.fail(method: "getUpdates", times: 2, with: .html(502))
        try run()
        #expect(test.waitForLog("answered with a server error"))
        test.gateway?.signal(SIGHUP)
        #expect(test.waitForLog("SIGHUP"))
        #expect(test.wait { socket.messages.count == 2 })
        #expect(socket.messages[0] == "WATCHDOG=1" && socket.messages[1].hasPrefix("READY=1"))
        #expect(test.stop() == 0)
    }

    @Test func `children don't inherit the manager's variables`() throws {
        let bot = """
            read -r scope; read -r event
            echo "{\\"type\\":\\"telegram.send_message\\",\\"text\\":\\"[$NOTIFY_SOCKET$WATCHDOG_USEC]\\"}"
            """
        try test.run(
            ["--", "sh", "-c", bot],
            environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "60000000"])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["[]"] })
        #expect(test.stop() == 0)
    }
}
