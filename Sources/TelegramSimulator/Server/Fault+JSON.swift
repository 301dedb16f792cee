import BotAPI
import JSON
import Reactor

/// A fault order, as the control API receives it:
/// `{"method":"sendMessage","chat_id":42,"times":2,"fault":"too_many_requests","retry_after":3}`.
struct FaultOrder {
    let method: String?
    let chat: Int64?
    let times: Int
    let fault: Fault

    /// Those of a listed fault, too.
    private static let parameters = [
        "fault", "method", "chat_id", "times", "error_code", "description", "parameters", "status",
        "retry_after",
        "migrate_to_chat_id", "bytes", "delay", "end",
    ]

    /// Fails if the fault is missing or unknown, lacks one of its parameters, or has another one.
    init(_ arguments: Arguments) throws(BotAPIError) {
        if let unknown = arguments.json.keys.first(where: { !Self.parameters.contains($0) }) {
            throw .badRequest(
                "unknown parameter '\(unknown)' of a fault; it may have \(Self.parameters.joined(separator: ", "))"
            )
        }
        fault = try Fault(arguments)
        method = arguments.text("method").isEmpty ? nil : arguments.text("method")
        let chat = arguments.text("chat_id")
        self.chat = Int64(chat)
        guard chat.isEmpty || self.chat != nil else { throw .badRequest("chat_id must be a number") }
        times = Int(arguments.integer("times") ?? 1)
        guard times > 0 else { throw .badRequest("times must be a positive number") }
        guard fault.isCounted || arguments.json["times"] == nil else {
            throw .badRequest("fault flood_wait takes no 'times': it ends after its retry_after seconds")
        }
        if case .closeAfterBytes = fault, method == nil {
            throw .badRequest(
                "fault close_after_bytes needs 'method': a Bot API method, or 'file' for downloads")
        }
    }
}

extension Fault {
    private static let names = """
        error, too_many_requests, flood_wait, migrated, html, close_before, hang, close_after_bytes, broken_body, close_after, \
        hang_after, html_after, delay
        """

    fileprivate init(_ arguments: Arguments) throws(BotAPIError) {
        func number(_ name: String, _ range: ClosedRange<Int>? = nil) throws(BotAPIError) -> Int {
            guard let number = Int(arguments.text(name)), range?.contains(number) ?? true else {
                let limits = range.map {
                    $0.upperBound == .max
                        ? " from \($0.lowerBound) on" : " from \($0.lowerBound) to \($0.upperBound)"
                }
                throw .badRequest("fault \(kind) needs '\(name)', a number\(limits ?? "")")
            }
            return number
        }
        let kind = Self.kind(arguments)
        switch kind {
        case "error":
            let description = arguments.text("description")
            self = .error(
                try number("error_code", 400...599),
                description.isEmpty ? "Bad Request: ordered fault" : description,
                parameters: arguments.structure("parameters"))
        case "too_many_requests": self = .tooManyRequests(retryAfter: try number("retry_after", 0...86_400))
        case "flood_wait": self = .floodWait(try number("retry_after", 1...86_400))
        case "migrated": self = .migrated(to: Int64(try number("migrate_to_chat_id")))
        case "html": self = .html(try number("status", 200...599))
        case "close_before": self = .closeBefore
        case "hang": self = .hang
        case "close_after_bytes": self = .closeAfterBytes(try number("bytes", 0...Int.max))
        case "broken_body": self = .brokenBody
        case "close_after": self = .closeAfter
        case "hang_after": self = .hangAfter
        case "html_after": self = .htmlAfter(try number("status", 200...599))
        case "delay":
            guard let seconds = Double(arguments.text("delay")), (0...86_400).contains(seconds) else {
                throw .badRequest("fault delay needs 'delay', a number of seconds")
            }
            self = .delay(.seconds(seconds))
        case "": throw .badRequest("no 'fault' given; use one of \(Self.names)")
        default: throw .badRequest("unknown fault '\(kind)'; use one of \(Self.names)")
        }
    }

    /// The name of the ordered fault. Four faults may be ordered by their parameter alone.
    private static func kind(_ arguments: Arguments) -> String {
        let named = arguments.text("fault").lowercased()
        guard named.isEmpty else { return named }
        let telling = [
            ("error_code", "error"), ("retry_after", "too_many_requests"), ("delay", "delay"),
            ("migrate_to_chat_id", "migrated"),
        ]
        return telling.first { arguments.json[$0.0] != nil }?.1 ?? ""
    }

    /// The fault and its parameters, as the control API shows them.
    var json: JSON {
        switch self {
        case .error(let code, let description, let parameters):
            var json: JSON = [
                "fault": "error", "error_code": JSON(code), "description": JSON(description),
            ]
            parameters.map { json.set("parameters", $0) }
            return json
        case .html(let status): return ["fault": "html", "status": JSON(status)]
        case .floodWait(let seconds): return ["fault": "flood_wait", "retry_after": JSON(seconds)]
        case .closeBefore: return ["fault": "close_before"]
        case .hang: return ["fault": "hang"]
        case .closeAfterBytes(let count): return ["fault": "close_after_bytes", "bytes": JSON(count)]
        case .brokenBody: return ["fault": "broken_body"]
        case .closeAfter: return ["fault": "close_after"]
        case .hangAfter: return ["fault": "hang_after"]
        case .htmlAfter(let status): return ["fault": "html_after", "status": JSON(status)]
        case .delay(let delay):
            return ["fault": "delay", "delay": JSON(floatLiteral: Double(delay.milliseconds) / 1000)]
        }
    }
}
