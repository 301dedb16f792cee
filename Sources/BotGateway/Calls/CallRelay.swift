import BotAPI
import JSON

/// Makes a call instead of a request to the Bot API; false if it doesn't. The result is nil if it couldn't after all.
package typealias CallRelay = (_ call: Call, _ done: @escaping (CallResult?) -> Void) -> Bool

extension BotAPIClient.Outcome {
    /// Without a result, the call is tried again.
    init(ofRelayed result: CallResult?) {
        self =
            switch result {
            case .success(let result): .response((["ok": true, "result": result ?? true] as JSON).bytes)
            case .failure(let error): .refused(error)
            case .unknown(let reason): .noResponse(reason)
            case .superseded, nil: .unreachable("the gateway doesn't take calls")
            }
    }
}

extension CallResult {
    /// The result in Telegram's answer.
    init(answer body: [UInt8]) {
        self = BotAPIResponse.result(in: body).map(CallResult.success) ?? .unknown("the answer can't be read")
    }
}
