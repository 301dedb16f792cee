import BotAPI
import JSON

/// The calls that show a question in its chat, and what became of it.
struct QuestionMessage {
    /// A short row of buttons is read at a glance; longer ones are put below each other.
    private static let longestRow = 30
    /// The longest message, in UTF-16 units.
    private static let longestText = 4096
    private static let longestName = 64

    let question: Question
    /// The start of the buttons' data; it makes the question's buttons known among those of others.
    let mark: String

    init(_ question: Question, number: UInt64) {
        self.question = question
        mark = "pipegram-ask:\(String(number, radix: 36)):"
    }

    var sending: JSON {
        [
            "chat_id": question.chat, "text": JSON(question.text),
            "reply_markup": question.buttons.isEmpty ? ["force_reply": true] : ["inline_keyboard": keyboard],
        ]
    }

    private var keyboard: JSON {
        let buttons = question.buttons.enumerated().map { index, text -> JSON in
            ["text": JSON(text), "callback_data": JSON("\(mark)\(index)")]
        }
        let isShort = question.buttons.reduce(0) { $0 + $1.count + 4 } <= Self.longestRow
        return isShort ? [JSON(buttons)] : JSON(buttons.map { [$0] })
    }

    /// The number of the button with this data; nil for another question's, or a bot's own.
    func button(_ data: String) -> Int? {
        guard data.hasPrefix(mark), let index = Int(data.dropFirst(mark.count)) else { return nil }
        return question.buttons.indices.contains(index) ? index : nil
    }

    /// Shows the outcome below the question, without buttons.
    ///
    /// - Parameter answer: nil if the question was withdrawn.
    func editing(_ message: Int64, in chat: Int64, _ answer: Answer?) -> JSON {
        let end = "\n\n\(outcome(answer))"
        let room = Self.longestText - end.utf16.count
        var text = question.text
        while text.utf16.count > room { text.removeLast() }
        return ["chat_id": JSON(chat), "message_id": JSON(message), "text": JSON(text + end)]
    }

    private func outcome(_ answer: Answer?) -> String {
        switch answer {
        case .given(let text, .some, let user): "☑ \(text) (\(Self.name(of: user)))"
        case .given(_, nil, let user): "☑ \(Self.name(of: user))"
        case .timedOut: "⌛ \(question.timeout.map { "\($0.rounded)" } ?? "")"
        case nil: "✖"
        }
    }

    private static func name(of user: JSON) -> String {
        let names = [user["first_name"], user["last_name"]].compactMap { $0?.string }
        let name = String(names.joined(separator: " ").prefix(longestName))
        let handle = user["username"]?.string.map { "@\($0)" }
        return [name.isEmpty ? nil : name, handle].compactMap(\.self).joined(separator: ", ")
    }
}
