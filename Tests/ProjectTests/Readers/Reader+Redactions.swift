import JSON
import TestSupport

@testable import BotAPI
@testable import BotGateway

extension Reader {
    /// A redacted update is an update of the same shape, with texts as long as they were.
    nonisolated static let redactions = Reader(
        "redactions",
        samples: [
            #"{"update_id":1,"message":{"text":"/go @ada 😀 7","entities":[{"type":"bot_command","offset":0,"length":3}]}}"#,
            #"{"update_id":2,"message":{"location":{"latitude":51.5,"longitude":-0.12},"caption":"é \u0000ß","id":"a b"}}"#,
            #"{"update_id":3,"poll":{"id":"5","question":"tg://x","options":[{"text":"\ud835\udd04","x":[null,true]}]}}"#,
        ]
    ) { bytes in
        guard let json = try? JSON(parsing: bytes), let update = try? Update(json, text: bytes),
            let token = try? BotToken("7:secret")
        else { return .refused }
        let redaction = Redaction(token: token)
        let text = redaction.text(of: update)
        guard let redacted = try? JSON(parsing: text), let after = try? Update(redacted) else {
            return .fault("it is \(String(decoding: text, as: UTF8.self))")
        }
        guard after.id == update.id, after.kind == update.kind, isAlike(json, redacted) else {
            return .fault("it became \(String(decoding: text, as: UTF8.self))")
        }
        return redaction.text(of: update) == text ? .read : .fault("it isn't the same every time")
    }

    private static func isAlike(_ before: JSON, _ after: JSON) -> Bool {
        before.keys == after.keys && before.elements.count == after.elements.count
            && before.string?.utf16.count == after.string?.utf16.count && before.bool == after.bool
            && before.isNull == after.isNull
            && zip(before.members, after.members).allSatisfy { isAlike($0.value, $1.value) }
            && zip(before.elements, after.elements).allSatisfy { isAlike($0, $1) }
    }
}
