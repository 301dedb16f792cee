import BotAPI
import JSON
import Reactor

/// Lets the running gateway make calls, which keeps the order within each chat, and its rate limits.
@MainActor package final class GatewayRelay {
    private var client: ControlClient?

    package init(through client: ControlClient) {
        self.client = client
        client.onClose = { [weak self] in self?.client = nil }
    }

    /// - Parameter done: called once, with the result, or nil if the gateway didn't take the call.
    /// - Returns: false if there is no gateway any more.
    package func perform(_ call: Call, then done: @escaping (CallResult?) -> Void) -> Bool {
        guard let client else { return false }
        client.request("send", ["call": call.line]) { reply in
            switch reply {
            case .success(let result): done(Self.result(result))
            case .failure(let refusal): done(refusal.isLost ? .unknown(refusal.reason) : nil)
            }
        }
        return true
    }

    private static func result(_ line: JSON) -> CallResult {
        if line["state"]?.string == "unknown" { return .unknown(line["description"]?.string ?? "") }
        if line["ok"]?.bool == true { return .success(line["result"]) }
        return .failure(
            BotAPIError(
                code: Int(line["error_code"]?.integer ?? 400), reason: line["description"]?.string ?? "",
                parameters: line["parameters"]))
    }
}
