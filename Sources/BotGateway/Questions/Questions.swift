import BotAPI
import JSON
import Reactor

/// The questions that wait for an answer.
@MainActor package final class Questions {
    /// Makes a call to Telegram, after the earlier ones to its chat.
    package var perform: (_ call: Call, _ done: @escaping (CallResult) -> Void) -> Void = { _, _ in }

    private let loop: EventLoop
    private var open: [UInt64: OpenQuestion] = [:]

    package init(on loop: EventLoop) { self.loop = loop }

    package var isEmpty: Bool { open.isEmpty }

    /// - Parameter done: called once, with the answer or why there is none.
    /// - Returns: what to do when the asker is gone.
    package func ask(
        _ question: Question, then done: @escaping (Result<Answer, QuestionFailure>) -> Void
    ) -> () -> Void {
        // It can't be guessed, so no user can make an update that looks like a press of another question's button.
        let number = UInt64.random(in: .min ... .max)
        let asked = OpenQuestion(
            QuestionMessage(question, number: number),
            perform: { [unowned self] in call($0, $1, then: $2) }, on: loop, done: done)
        open[number] = asked
        asked.onEnd = { [unowned self] in open[number] = nil }
        asked.send()
        return { asked.withdraw("the asker is gone") }
    }

    /// Nil for an update that is none of the questions' business. Else returns what to do once it is stored that the
    /// update was taken.
    package func take(_ update: Update) -> (() -> Void)? {
        for question in open.values {
            if let action = question.take(update) { return action }
        }
        return nil
    }

    /// The gateway stops.
    package func withdrawAll(_ reason: String) { for question in open.values { question.withdraw(reason) } }

    private func call(_ type: String, _ parameters: JSON, then done: @escaping (CallResult) -> Void) {
        do throws(OutgoingEventError) {
            perform(try Call(type: type, parameters: parameters, id: 1, in: nil), done)
        } catch {
            done(.failure(.badRequest("\(error)")))
        }
    }
}
