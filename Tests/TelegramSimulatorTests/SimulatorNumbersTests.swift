import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Out-of-range numbers, which a script may send by mistake.
@Suite struct SimulatorNumbersTests {
    private let test: SimulatorTest

    init() throws { test = try TestRig().simulatorClient(strictness: .strict) }

    private func ask(_ path: String, _ body: String) -> HTTPAnswer {
        test.settled(
            test.send(
                HTTPClient.Request(
                    url: "\(test.server.url)/simulator\(path)", body: .json(Array(body.utf8)),
                    timeout: .seconds(5))))
    }

    @Test(arguments: [
        ("/users", #"{"id":9223372036854775807}"#), ("/users/9223372036854775807/start", "{}"),
        ("/users/1099511627776/start", "{}"), ("/users", #"{"id":-1}"#),
        ("/users/ada/createGroup", #"{"id":-9223372036854775808}"#),
        ("/users/ada/createGroup", #"{"id":-9223372036854775808,"type":"group"}"#),
        ("/users/ada/createGroup", #"{"id":-1}"#), ("/users/ada/createGroup", #"{"id":1e300}"#),
        ("/users/ada/createChannel", #"{"id":"x"}"#),
        ("/users/ada/createChannel", #"{"id":-2000000000000}"#),
        ("/users/ada/pressButton", #"{"button":-9223372036854775808}"#),
        ("/updates", #"{"update_id":9223372036854775807,"x":{}}"#),
        ("/updates", #"{"update_id":0,"x":{}}"#),
        ("/faults", #"{"fault":"html","status":-1}"#), ("/faults", #"{"fault":"html","status":100}"#),
        ("/faults", #"{"fault":"html_after","status":4294967296}"#), ("/faults", #"{"error_code":-1}"#),
        ("/faults", #"{"error_code":9223372036854775807}"#), ("/faults", #"{"retry_after":-1}"#),
        ("/faults", #"{"fault":"close_after_bytes","bytes":-1,"method":"getMe"}"#),
    ])
    func `an out-of-range number is refused with a message and has no effect`(
        _ path: String, _ body: String
    ) {
        let answer = ask(path, body)
        #expect(answer.status == 400)
        #expect(answer.json?["description"]?.string?.hasPrefix("Bad Request: ") == true)
        #expect(ask("/users/ada/createGroup", "{}").json?["result"]?["id"] == -1_001_000_000_001)
    }

    @Test func `the highest allowed numbers leave room for the next`() {
        #expect(ask("/users", #"{"id":1099511627775}"#).status == 200)
        #expect(ask("/users", "{}").json?["result"]?["id"] == 1001)
        #expect(ask("/users/ada/createGroup", #"{"id":-1997852516351}"#).status == 200)
        #expect(ask("/users/ada/createGroup", "{}").json?["result"]?["id"] == -1_001_000_000_001)
        let update =
            #"{"update_id":1999999999,"message":{"message_id":9223372036854775807,"date":1,"#
            + #""from":{"id":9223372036854775807,"is_bot":false,"first_name":"F"},"#
            + #""chat":{"id":1001,"type":"private"}}}"#
        #expect(ask("/updates", update).status == 200)
        #expect(ask("/users/1001/start", "{}").json?["result"]?["message_id"] == 1)
        #expect(ask("/users", "{}").json?["result"]?["id"] == 1003)
    }
}
