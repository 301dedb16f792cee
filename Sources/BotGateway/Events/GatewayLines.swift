import BotAPI
import JSON

/// The reason in a `telegram.disconnect` line.
enum DisconnectReason: String {
    case idle, stop, reload, limit
}

/// The lines that the gateway itself writes to a child.
package enum GatewayLines {
    /// The last line before the child's stdin is closed.
    static func disconnect(_ reason: DisconnectReason) -> [UInt8] {
        line(["type": "telegram.disconnect", "reason": JSON(reason.rawValue)])
    }

    /// The result of a call.
    ///
    /// - Parameters:
    ///   - id: the call's own id, which the result repeats.
    ///   - number: for `send`, the number of the call's line.
    ///   - hash: for `send`, the hash of that line.
    package static func result(
        _ result: CallResult, id: JSON?, line number: Int? = nil, hash: String? = nil
    ) -> [UInt8] {
        var event: JSON = [:]
        switch result {
        case .success(let answer):
            event.set("ok", true)
            event.set("result", answer ?? true)
        case .failure(let error):
            event.set("ok", false)
            event.set("error_code", JSON(error.code))
            event.set("description", JSON(error.reason))
            if let parameters = error.parameters { event.set("parameters", parameters) }
        case .superseded:
            event.set("ok", true)
            event.set("state", "superseded")
        case .unknown(let reason):
            event.set("ok", false)
            event.set("error_code", 0)
            event.set("description", JSON("Unknown: \(reason)"))
            event.set("state", "unknown")
        }
        var start = Array(#"{"type":"telegram.result","#.utf8)
        if let number { start += #""line":\#(number),"#.utf8 }
        if let hash { start += #""hash":"\#(hash)","#.utf8 }
        // The id is written in its shortest form, to match what the child wrote: 1.1, not 1.1000000000000001.
        if let id { start += #""id":"#.utf8 + id.shortBytes + [UInt8(ascii: ",")] }
        return start + line(event).dropFirst()
    }

    private static func line(_ event: JSON) -> [UInt8] {
        event.bytes + [UInt8(ascii: "\n")]
    }
}

/// The outcome of a call.
package enum CallResult {
    /// Telegram's `result`; nil if the call had no id.
    case success(JSON?)
    /// Telegram or the gateway refused the call.
    case failure(BotAPIError)
    /// The answer was lost after the request was sent: the call may or may not have taken effect.
    case unknown(String)
    /// The call wasn't sent: while it waited, the bot made another one that replaces what it would have shown.
    case superseded
}
