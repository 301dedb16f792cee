import BotAPI

/// The updates of another source without those that answer a question.
package final class UnansweredUpdates: UpdateSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void {
        get { source.onEnd }
        set { source.onEnd = newValue }
    }

    private let source: any UpdateSource
    private let questions: Questions

    package init(of source: any UpdateSource, _ questions: Questions) {
        (self.source, self.questions) = (source, questions)
    }

    package func start() {
        source.onUpdates = { [unowned self] in handle($0) }
        source.start()
    }

    package func stop() { source.stop() }
    package func confirm(then done: @escaping () -> Void) { source.confirm(then: done) }

    /// An answer is told once its update can't come again.
    private func handle(_ batch: UpdateBatch) {
        guard !questions.isEmpty else { return onUpdates(batch) }
        var answers: [() -> Void] = []
        let rest = batch.updates.filter { update in
            guard let answer = questions.take(update) else { return true }
            answers.append(answer)
            return false
        }
        onUpdates(
            UpdateBatch(rest, nextOffset: batch.nextOffset) {
                batch.taken()
                for answer in answers { answer() }
            })
    }
}
