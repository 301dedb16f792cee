import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// What a test program asks the simulator for, and a reset.
@Suite struct SimulatorLogsTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient() }

    private func ask(_ path: String, _ body: JSON? = nil) -> HTTPAnswer {
        let body = body.map { HTTPClient.Body.json($0.bytes) } ?? HTTPClient.Body.none
        let url = "\(test.server.url)/simulator\(path)"
        return test.settled(test.send(HTTPClient.Request(url: url, body: body, timeout: .seconds(20))))
    }

    private func reason(_ answer: HTTPAnswer) -> String? { answer.json?["description"]?.string }

    @Test func `an unknown kind or a misspelled method is refused at once`() throws {
        let start = Instant.current
        #expect(
            reason(ask("/actions?kind=mesage&timeout=600"))
                == "Bad Request: unknown kind 'mesage'; use one of \(BotAction.kinds.joined(separator: ", "))"
        )
        #expect(
            reason(ask("/calls?method=sendMesage&timeout=600"))
                == "Bad Request: unknown method 'sendMesage'; did you mean sendMessage?")
        #expect(ask("/calls?method=getUpdates&timeout=600").status == 400)
        #expect(ask("/actions?after=x&timeout=600").status == 400)
        #expect(Instant.current - start < .seconds(60))
        #expect(ask("/actions?kind=Message").json?["result"] == [])
        // A method may be newer than the simulator, and a bot may misspell one.
        #expect(ask("/calls?method=readMind").json?["result"] == [])
        _ = test.call("sendMesage", ["chat_id": 42])
        #expect(ask("/calls?method=sendMesage&timeout=600").json?["result"]?.count == 1)
    }

    @Test func `a reset keeps the settings of files, and deletes copies`() throws {
        let directory = TemporaryDirectory()
        test.server.localDirectory = directory.path
        test.server.telegram.files.openLimit = 3
        let id = test.server.addFile(Array("hello".utf8), path: "photos/file_1.jpg")
        #expect(test.call("getFile", ["file_id": JSON(id)]).status == 200)
        #expect(directory.read("photos_file_1.jpg") == "hello")
        #expect(ask("/reset", [:]).status == 200)
        #expect(test.server.localDirectory == directory.path)
        #expect(test.server.telegram.files.openLimit == 3)
        #expect(directory.read("photos_file_1.jpg") == nil)
        #expect(test.server.addFile(Array("x".utf8), path: "photos/file_1.jpg") != id)
    }
}
