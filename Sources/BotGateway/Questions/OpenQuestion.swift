import BotAPI
import JSON
import Reactor

/// A question that was asked, until its outcome is shown in the chat.
final class OpenQuestion {
    typealias Perform = (_ type: String, _ parameters: JSON, _ done: @escaping (CallResult) -> Void) -> Void

    /// Called once, when the message shows the outcome or can't.
    var onEnd: () -> Void = {}

    private let message: QuestionMessage
    private let perform: Perform
    /// Called once, with the answer or why there is none; nil then.
    private var done: ((Result<Answer, QuestionFailure>) -> Void)?
    /// Where the question is; nil before it was sent.
    private var place: (chat: Int64, message: Int64)?
    private var timer: Timer?
    /// What to show; nil while an answer is awaited.
    private var outcome: Answer??

    init(
        _ message: QuestionMessage, perform: @escaping Perform, on loop: EventLoop,
        done: @escaping (Result<Answer, QuestionFailure>) -> Void
    ) {
        (self.message, self.perform, self.done) = (message, perform, done)
        timer = message.question.timeout.map { limit in
            loop.after(limit) { [weak self] in self?.end(.success(.timedOut), showing: .timedOut) }
        }
    }

    func send() {
        perform("telegram.send_message", message.sending) { [self] in sent($0) }
    }

    private func sent(_ result: CallResult) {
        switch result {
        case .success(let sent):
            guard let id = sent?["message_id"]?.integer, let chat = sent?["chat"]?["id"]?.integer else {
                return failed("Telegram's answer has no message")
            }
            place = (chat, id)
            if let outcome { show(outcome) }
        case .failure(let error): failed("\(error)")
        case .unknown(let reason): failed(reason)
        case .superseded: failed("it was replaced")
        }
    }

    private func failed(_ reason: String) {
        end(.failure(QuestionFailure("the question wasn't sent: \(reason)")), showing: nil)
        onEnd()
    }

    /// Whether the update belongs to this question. Returns what to do once it is stored that the update was taken.
    func take(_ update: Update) -> (() -> Void)? {
        switch update.kind {
        case "callback_query": press(update.payload)
        case "message", "business_message": reply(update.payload)
        default: nil
        }
    }

    private func press(_ query: JSON) -> (() -> Void)? {
        guard let place, let button = query["data"]?.string.flatMap(message.button),
            query["message"]?["chat"]?["id"]?.integer == place.chat,
            query["message"]?["message_id"]?.integer == place.message
        else { return nil }
        let user = query["from"] ?? [:]
        let isAdmitted = outcome == nil && message.question.admits(user)
        let answer = Answer.given(message.question.buttons[button], button: button, by: user)
        if isAdmitted { outcome = .some(answer) }
        return { [self] in
            confirm(query, isAdmitted: isAdmitted || message.question.admits(user))
            if isAdmitted { end(.success(answer), showing: answer) }
        }
    }

    /// Else the button would show a clock for a while.
    private func confirm(_ query: JSON, isAdmitted: Bool) {
        guard let id = query["id"] else { return }
        var parameters: JSON = ["callback_query_id": id]
        if !isAdmitted { parameters.set("text", "⛔") }
        perform("telegram.answer_callback_query", parameters) { _ in }
    }

    private func reply(_ reply: JSON) -> (() -> Void)? {
        guard let place, outcome == nil, message.question.buttons.isEmpty,
            reply["chat"]?["id"]?.integer == place.chat,
            reply["reply_to_message"]?["message_id"]?.integer == place.message,
            let text = reply["text"]?.string, let user = reply["from"], message.question.admits(user)
        else { return nil }
        let answer = Answer.given(text, button: nil, by: user)
        outcome = .some(answer)
        return { [self] in end(.success(answer), showing: answer) }
    }

    /// The asker is gone.
    func withdraw(_ reason: String) { end(.failure(QuestionFailure(reason)), showing: nil) }

    private func end(_ result: Result<Answer, QuestionFailure>, showing answer: Answer?) {
        guard let done else { return }
        self.done = nil
        timer?.cancel()
        outcome = .some(answer)
        done(result)
        if place != nil { show(answer) }
    }

    private func show(_ answer: Answer?) {
        guard let place, done == nil else { return }
        let editing = message.editing(place.message, in: place.chat, answer)
        perform("telegram.edit_message_text", editing) { [self] _ in onEnd() }
    }
}

/// Why a question has no answer.
package struct QuestionFailure: Error, Equatable {
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
