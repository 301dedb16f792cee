import JSON
import TestSupport

@testable import BotGateway

extension Reader {
    /// Requests on the control socket. An event that one tells is one line, and has the value.
    nonisolated static let controlRequests = Reader(
        "control-requests",
        samples: [
            #"{"type":"tell","id":1,"scope":"chat:-1001/topic:3","value":{"a":[1.50,"\ud83d\ude00",null]}}"#,
            #"{"type":"tell","id":"x","scope":"business:b/1/chat:42","value":"\n"}"#,
            #"{"type":"status","id":[1]}"#,
            #"{"type":"ask","id":2,"chat_id":-1001,"text":"?","buttons":["Yes","\ud83d\ude00"],"users":["42","@ada"],"timeout":0.5}"#,
        ]
    ) { bytes in
        bytes.withUnsafeBytes { text in
            guard let (request, _) = try? ControlRequest.read(.whole(text), limit: 1 << 20) else {
                return .refused
            }
            guard case .tell(let told) = request else { return .read }
            let line = told.event(key: 7).line
            guard line.filter({ $0 == 0x0A }).count == 1, line.last == 0x0A,
                let event = try? JSON(parsing: line)
            else { return .fault("no line") }
            return event["update_id"] == -7 && event["value"] != nil ? .read : .fault("\(event)")
        }
    }
}
