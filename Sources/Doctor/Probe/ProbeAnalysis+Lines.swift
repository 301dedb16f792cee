import BotAPI
import BotGateway
import JSON

/// Diagnoses the lines that a bot prints.
extension ProbeAnalysis {
    mutating func diagnoseLines(_ record: ProbeRecord) {
        for bad in record.badLines {
            let line = script?.line(printing: bad.text)
            if case .unknownType(let type) = bad.error, Self.ownTypes.contains(type) {
                diagnoseEcho(of: type, at: line)
                continue
            }
            fault(Self.kind(of: bad.error), at: line, message(about: bad))
        }
        if record.calls.setsCallbackMode {
            let line = script?.line(with: ["callback_query_mode"])
            hint("mode", at: line, "it sets callback_query_mode. \(Diagnosis.callbackMode)")
        }
        record.calls.unknown.forEach { diagnoseUnknown($0) }
        for refusal in record.calls.refusals where Methods.names.contains(refusal.call.method) {
            diagnose(refusal)
        }
    }

    /// A call with an id gets the error as its result, so the bot may handle it.
    private mutating func diagnose(_ refusal: ProbeRecord.Refusal) {
        let line = script?.line(with: [refusal.call.type, Self.name(of: refusal.call)])
        let message = "Telegram would reject its \(refusal.call.type): \(refusal.error.reason)\(backslashes)"
        guard refusal.call.id != nil else { return fault("refused", at: line, message) }
        hint("refused with id \(line ?? 0)", at: line, "\(message). It has an id: handle its result")
    }

    private static func name(of call: Call) -> String { String(call.type.dropFirst("telegram.".count)) }

    private static func kind(of error: OutgoingEventError) -> String {
        switch error {
        case .notJSON, .notAnObject: "not JSON"
        case .tooLong: "too long"
        case .unknownType(let type): "type \(type)"
        default: error.description
        }
    }

    private func message(about bad: ProbeRecord.BadLine) -> String {
        let shown = bad.text.count > 60 ? bad.text.prefix(60) + "…" : bad.text[...]
        switch bad.error {
        case .notJSON, .notAnObject:
            return "it prints a line that isn't a JSON object: \(shown). \(remedy(forText: bad))"
        case .tooLong(let limit):
            return
                "it prints a line of more than \(limit) bytes (--max-line): \(shown). End each call with a newline, and "
                + "send large files with file://"
        default:
            return "it prints an invalid line: \(bad.error.description): \(shown)"
        }
    }

    private func remedy(forText bad: ProbeRecord.BadLine) -> String {
        let text = bad.text.drop(while: \.isWhitespace)
        let encode = language?.jsonEncoder ?? "an encoder for JSON"
        if text.hasPrefix("{"), text.firstRange(of: "}{") != nil {
            return "There is no newline between calls: end each call with one"
        }
        // Python's and Node's notation.
        if text.hasPrefix("{'") || language == .node && text.hasPrefix("{ ") {
            return "That is the language's notation, not JSON: print \(encode)"
        }
        if bad.step?.edgeCase == .quotes, text.hasPrefix("{") {
            return
                "Quotes and backslashes in a text must be escaped: encode the line with \(encode)\(backslashes)"
        }
        if text.count < 3 || bad.text.first?.isWhitespace == true || text.hasPrefix("\"") {
            return "A call must be on one line: print it with \(encode)"
        }
        if text.hasPrefix("{") { return "Encode the line with \(encode)" }
        let complain = language?.stderrExample ?? "stderr"
        return "stdout is only for calls; write log messages to stderr: \(complain)"
    }

    /// A shell's `read` without `-r` breaks every text with a quote in it.
    private var backslashes: String {
        guard language == .shell, let line = script?.lineReadingBackslashes() else { return "" }
        return ". In line \(line) read removes backslashes: use read -r"
    }

    private static let ownTypes: Set = ["telegram", "telegram.result", "telegram.disconnect"]

    private mutating func diagnoseEcho(of type: String, at line: Int?) {
        // Reported once, regardless of the line.
        guard isFirst("echo") else { return }
        fault(
            "echo", at: line,
            "it prints \(type), which is an event and not a call: print telegram.send_message, not the input"
        )
    }

    private mutating func diagnoseUnknown(_ call: Call) {
        let line = script?.line(with: [call.type, Self.name(of: call)])
        guard !UpdateKinds.known.contains(Self.name(of: call)), call.type != "telegram.kind_of_tomorrow"
        else { return diagnoseEcho(of: call.type, at: line) }
        guard let close = SpellingSuggestion.name(to: call.method, among: Methods.names) else {
            return hint(
                "method \(call.method)", at: line,
                "\(call.type): unknown to this version of pipegram, but perhaps not to Telegram")
        }
        fault(
            "method \(call.method)", at: line,
            "\(call.type): no such method; did you mean \(Methods.type(of: close))?")
    }
}
