import Glibc
import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// docs/protocol.schema.json says what the gateway does.
@Suite(.ownProcess) struct ProtocolSchemaTests {
    private let schema: JSONSchema

    init() throws { schema = try ProjectFile.protocolSchema() }

    private nonisolated static let bot = #""bot":{"id":7,"is_bot":true,"first_name":"Demo"}"#

    @Test(arguments: [
        (#"{"type":"telegram","chat":{"id":42},"spec_version":"1.0",\#(bot)}"#, "scope"),
        (#"{"type":"telegram","chat":{"id":42},"spec_version":"1.0",\#(bot),"state":false}"#, "scope"),
        (#"{"type":"telegram","user":{"id":42,"x":null},"spec_version":"1.0",\#(bot)}"#, "scope"),
        (
            #"{"type":"telegram","chat":{"id":-100},"message_thread_id":3,"spec_version":"1.0",\#(bot)}"#,
            "scope"
        ),
        (
            #"{"type":"telegram","chat":{"id":-100},"direct_messages_topic_id":4201,"spec_version":"1.0",\#(bot)}"#,
            "scope"
        ),
        (#"{"type":"telegram","spec_version":"1.0",\#(bot)}"#, "scope"),
        (#"{"type":"telegram.message","update_id":9001}"#, "event"),
        (#"{"type":"telegram.brain_wave","update_id":1,"id":true,"params":[],"hz":{"x":1}}"#, "event"),
        (#"{"type":"telegram.message","update_id":9001,"redelivered":true}"#, "event"),
        (#"{"type":"telegram.wake","update_id":-9,"at":1700000000}"#, "wakeUp"),
        (
            #"{"type":"telegram.wake","update_id":-9,"at":1,"value":null,"chat":{"id":42},"redelivered":true}"#,
            "wakeUp"
        ),
        (#"{"type":"telegram.result","id":"a","ok":true,"result":null}"#, "result"),
        (#"{"type":"telegram.result","id":1.5,"ok":false,"error_code":400,"description":""}"#, "result"),
        (#"{"type":"telegram.disconnect","reason":"limit"}"#, "disconnect"),
    ])
    func `a line for a child is of one kind`(_ line: String, _ kind: String) throws {
        let json = try JSON(parsing: line)
        #expect(schema.faults(in: json, as: "toChild") == [], "\(line)")
        for other in ["scope", "event", "wakeUp", "result", "disconnect"] {
            #expect(schema.admits(json, as: other) == (other == kind), "\(line) as \(other)")
        }
    }

    @Test(arguments: [
        #"{}"#, #"[]"#, #"{"type":5}"#, #"{"type":"message","update_id":1}"#,
        #"{"type":"telegram","chat":{"id":42},"user":{"id":42},"spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","chat":{"id":"42"},"spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","chat":42,"spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","chat":{"id":42},"spec_version":"1.0"}"#,
        #"{"type":"telegram","chat":{"id":42},"spec_version":1.0,\#(bot)}"#,
        #"{"type":"telegram","chat":{"id":42},"spec_version":"1.0",\#(bot),"state":null}"#,
        #"{"type":"telegram","user":{"id":42},"business_connection_id":"b","spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","user":{"id":42},"message_thread_id":3,"spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","user":{"id":42},"direct_messages_topic_id":3,"spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","chat":{"id":42},"direct_messages_topic_id":"3","spec_version":"1.0",\#(bot)}"#,
        #"{"type":"telegram","chat":{"id":42},"spec_version":"1.0",\#(bot),"token":"x"}"#,
        #"{"type":"telegram.message"}"#, #"{"type":"telegram.message","update_id":"1"}"#,
        #"{"type":"telegram.message","update_id":1,"redelivered":false}"#,
        #"{"type":"telegram.result","id":"a","result":true}"#,
        #"{"type":"telegram.result","id":"a","ok":true}"#,
        #"{"type":"telegram.result","id":"a","ok":1,"result":true}"#,
        #"{"type":"telegram.result","ok":true,"result":true}"#,
        #"{"type":"telegram.result","id":null,"ok":true,"result":true}"#,
        #"{"type":"telegram.result","id":"a","ok":false,"error_code":400}"#,
        #"{"type":"telegram.result","id":"a","ok":false,"error_code":400,"description":"x","state":"lost"}"#,
        #"{"type":"telegram.result","id":"a","ok":true,"result":true,"error_code":400,"description":"x"}"#,
        #"{"type":"telegram.disconnect"}"#, #"{"type":"telegram.disconnect","reason":"bored"}"#,
        #"{"type":"telegram.wake","update_id":-9}"#, #"{"type":"telegram.wake","at":1}"#,
        #"{"type":"telegram.wake","update_id":-9,"at":null}"#,
    ])
    func `what no child may be given is refused`(_ line: String) throws {
        #expect(try !schema.admits(JSON(parsing: line), as: "toChild"), "\(line)")
    }

    private static let printed = [
        #"{"type":"telegram.get_me"}"#, #"{"type":"telegram.send_message","text":"x","id":1}"#,
        #"{"type":"telegram.read_mind_2","id":"","anything":[null],"chat_id":null}"#,
        #"{"type":"telegram.send_poll","params":{"type":"quiz"},"id":null}"#,
        #"{"type":"telegram.send_poll","params":null,"question":"?"}"#,
        #"{"type":"telegram.send_poll","params":{},"question":"?"}"#,
        #"{"type":"telegram.send_poll","params":[]}"#, #"{"type":"telegram.get_me","id":true}"#,
        #"{"type":"telegram.get_me","id":{}}"#, #"{"text":"no type"}"#, #"{"type":7}"#, "[]", "5",
        #"{"type":"telegram.sendMessage"}"#, #"{"type":"telegram.send__message"}"#,
        #"{"type":"telegram.get_me\n"}"#, #"{"type":"get_me"}"#, #"{"type":"telegram"}"#,
        #"{"type":"telegram.result","id":1,"ok":true,"result":1}"#,
        #"{"type":"telegram.disconnect","reason":"stop"}"#,
        #"{"type":"telegram.ack","update_id":9001}"#, #"{"type":"telegram.ack","update_id":"9001"}"#,
        #"{"type":"telegram.ack","update_id":1,"only":true}"#,
        #"{"type":"telegram.ack","update_id":1,"only":1}"#,
        #"{"type":"telegram.ack"}"#, #"{"type":"telegram.ack","update_id":1,"id":true}"#,
        #"{"type":"telegram.state","value":null}"#, #"{"type":"telegram.state","value":[1]}"#,
        #"{"type":"telegram.state"}"#, #"{"type":"telegram.keep_alive","seconds":0.5}"#,
        #"{"type":"telegram.keep_alive","seconds":-1}"#, #"{"type":"telegram.keep_alive","seconds":"1"}"#,
        #"{"type":"telegram.keep_alive","params":{"seconds":1}}"#,
        #"{"type":"telegram.wake","at":1700000000}"#, #"{"type":"telegram.wake","at":1.5,"value":null}"#,
        #"{"type":"telegram.wake","at":null}"#, #"{"type":"telegram.wake","value":1}"#,
        #"{"type":"telegram.wake","at":"1"}"#, #"{"type":"telegram.wake","params":{"at":1}}"#,
        #"{"type":"telegram.download_file","file_id":"A","path":"/tmp/x","id":1}"#,
        #"{"type":"telegram.download_file","file_id":"A","path":null}"#,
        #"{"type":"telegram.download_file","params":{"file_id":"A"}}"#,
        #"{"type":"telegram.download_file","params":{"file_id":"A"},"path":"x"}"#,
        #"{"type":"telegram.download_file","path":"x","id":1}"#,
        #"{"type":"telegram.download_file","file_id":5}"#,
        #"{"type":"telegram.download_file","file_id":null}"#,
        #"{"type":"telegram.download_file","file_id":"A","path":5}"#,
        #"{"type":"telegram.download_file","params":{"path":"x"},"id":[]}"#,
    ]

    /// Whether the gateway reads a line, and the schema admits it; nil where they may differ.
    private func verdicts(_ bytes: [UInt8]) -> (gateway: Bool, schema: Bool)? {
        guard let json = try? JSON(parsing: bytes) else { return nil }
        let line = ChildLine(bytes)
        switch line.error {
        case .stateTooLong, .valueTooLong, .wakeTooLate: return nil
        default: break
        }
        // To JSON Schema 1.0 is an integer.
        if let id = json["update_id"], id.integer == nil, id.number != nil { return nil }
        return (line.event != nil, schema.admits(json, as: "fromChild"))
    }

    @Test func `the schema admits what the gateway reads, and nothing else`() throws {
        for line in Self.printed {
            let verdicts = try #require(self.verdicts(Array(line.utf8)))
            #expect(verdicts.gateway == verdicts.schema, "\(line)")
        }
        let samples = Self.printed.map { Array($0.utf8) }
        var tried = 0
        for seed in 0..<5_000 as Range<UInt64> {
            let input = [UInt8].input(like: samples, seed: seed)
            guard let verdicts = self.verdicts(input) else { continue }
            tried += 1
            #expect(verdicts.gateway == verdicts.schema, "\(String(decoding: input, as: UTF8.self))")
        }
        #expect(tried > 500)
    }

    // MARK: what the gateway writes

    private func expect(_ line: [UInt8], _ kind: String) throws {
        let json = try JSON(parsing: line)
        #expect(schema.faults(in: json, as: "toChild") == [], "\(json)")
        #expect(schema.faults(in: json, as: kind) == [], "\(json)")
    }

    /// In each `--scope`.
    private func expectLines(of update: Update) throws {
        for choice in ScopeChoice.allCases { try expectLines(of: update, choice) }
    }

    private func expectLines(of update: Update, _ choice: ScopeChoice) throws {
        guard var event = IncomingEvent(update, by: choice) else { return }
        try expect(event.lineForChild, "event")
        for state in [nil, ["step": 2], false] as [JSON?] {
            try expect(
                ScopeLine(openedBy: event).bytes(bot: SimulatedTelegram.demoBot, state: state), "scope")
        }
        event.isRedelivered = true
        try expect(event.lineForChild, "event")
        #expect(try JSON(parsing: event.lineForChild)["redelivered"] == true)
    }

    @Test func `every kind's event and scope line are as the schema says`() throws {
        for row in UpdateKindTable.rows + [UpdateKindTable.Row("brain_wave", "user")] {
            for path in row.paths {
                var payload: JSON = path.split(separator: ".").reversed().reduce(["id": 42]) {
                    [String($1): $0]
                }
                for key in ["id", "params", "ok", "reason", "state", "type", "update_id", "redelivered"] {
                    payload.set(key, [.null])
                }
                payload.set("message_thread_id", 3)
                payload.set("is_topic_message", true)
                try expectLines(of: try Update(["update_id": 9001, row.kind: payload]))
                payload.set("direct_messages_topic", ["topic_id": 4201])
                if row.isBusiness { payload.set("business_connection_id", "bc1") }
                try expectLines(of: try Update(["update_id": 9001, row.kind: payload]))
            }
        }
    }

    @Test func `what the gateway has to say is as the schema says`() throws {
        for reason in [DisconnectReason.idle, .stop, .reload, .limit] {
            try expect(GatewayLines.disconnect(reason), "disconnect")
        }
        let error = BotAPIError(code: 429, reason: "Too Many Requests", parameters: ["retry_after": 1])
        let results: [(CallResult, String)] = [
            (.success(nil), "success"), (.success(["a": .null]), "success"), (.failure(error), "failure"),
            (.failure(.badRequest("x")), "failure"), (.unknown("the connection was closed"), "unknown"),
            (.superseded, "superseded"),
        ]
        for (result, kind) in results {
            for id in [1, 1.5, "", "a\n"] as [JSON] {
                try expect(GatewayLines.result(result, id: id), "result")
                try expect(GatewayLines.result(result, id: id), kind)
            }
        }
    }

    // MARK: what others wrote

    @Test func `the examples' logs are as the schema says`() throws {
        for example in try ProjectFile.names(in: "examples") {
            let calls = try? ProjectFile.text("examples/\(example)/calls.ndjson")
            for line in calls?.split(separator: "\n") ?? [] {
                var call = try JSON(parsing: String(line))
                call.remove("scope")
                #expect(schema.faults(in: call, as: "fromChild") == [], "\(example): \(line)")
            }
            let updates = try? ProjectFile.text("examples/\(example)/updates.ndjson")
            for line in updates?.split(separator: "\n") ?? [] {
                try expectLines(of: try Update(try JSON(parsing: String(line)), text: Array(line.utf8)))
            }
        }
    }

    @Test(.enabled(if: getenv("PIPEGRAM_CORPUS") != nil, "PIPEGRAM_CORPUS names no file of updates"))
    func `so are the lines of a corpus`() throws {
        let path = try #require(getenv("PIPEGRAM_CORPUS").map { String(cString: $0) })
        let text = try ProjectFile.text(at: path)
        for line in text.split(separator: "\n") {
            try expectLines(of: try Update(try JSON(parsing: String(line)), text: Array(line.utf8)))
        }
    }
}
