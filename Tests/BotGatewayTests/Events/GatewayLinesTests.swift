import JSON
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

@Suite struct GatewayLinesTests {
    @Test(arguments: ["1.1", "52.370216", "-0.5", "1700000000.123", "7", "9007199254740993", #""a\u0001""#])
    func `an id is returned unchanged`(_ id: String) throws {
        let line = GatewayLines.result(.success(true), id: try JSON(parsing: id))
        let text = String(decoding: line, as: UTF8.self)
        #expect(text == #"{"type":"telegram.result","id":\#(id),"ok":true,"result":true}"# + "\n")
    }

    private func result(_ result: CallResult, id: JSON = "a1") -> String {
        String(decoding: GatewayLines.result(result, id: id), as: UTF8.self)
    }

    @Test func `a result carries the call's id and Telegram's result`() {
        #expect(
            result(.success(["message_id": 5, "text": "пр\u{2028}\n"]))
                == #"{"type":"telegram.result","id":"a1","ok":true,"result":{"message_id":5,"text":"пр"#
                + "\u{2028}" + #"\n"}}"# + "\n")
        #expect(
            result(.success(true)) == #"{"type":"telegram.result","id":"a1","ok":true,"result":true}"# + "\n")
    }

    @Test func `an id keeps its type`() {
        for id in [1, 1.5, "1", "", 9_223_372_036_854_775_807] as [JSON] {
            #expect(result(.success(true), id: id).contains(#""id":\#(id),"#))
        }
    }

    @Test func `a refusal has Telegram's error code and description`() {
        let error = BotAPIError(code: 400, reason: "Bad Request: chat not found")
        #expect(
            result(.failure(error))
                == #"{"type":"telegram.result","id":"a1","ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#
                + "\n")
    }

    @Test func `parameters are included if Telegram sent them`() {
        let error = BotAPIError(
            code: 400, reason: "Bad Request: x", parameters: ["migrate_to_chat_id": -100_123])
        #expect(result(.failure(error)).hasSuffix(#","parameters":{"migrate_to_chat_id":-100123}}"# + "\n"))
    }

    @Test func `a lost answer is marked as unknown`() throws {
        let line = try JSON(parsing: result(.unknown("the connection was closed")))
        #expect(line["ok"] == false)
        #expect(line["state"] == "unknown")
        #expect(line["description"]?.string?.contains("the connection was closed") == true)
        #expect(line["error_code"]?.integer != nil)
        #expect(!result(.success(true)).contains("state"))
        #expect(!result(.failure(.badRequest("x"))).contains("state"))
    }

    @Test func `a disconnect gives the reason`() {
        for reason in [DisconnectReason.idle, .stop, .reload, .limit] {
            #expect(
                String(decoding: GatewayLines.disconnect(reason), as: UTF8.self)
                    == #"{"type":"telegram.disconnect","reason":"\#(reason.rawValue)"}"# + "\n")
        }
        #expect(DisconnectReason.idle.rawValue == "idle")
    }
}
