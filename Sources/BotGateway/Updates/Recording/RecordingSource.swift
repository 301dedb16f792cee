/// Records a source's updates before they are passed on: an update is confirmed only after it was recorded.
package final class RecordingSource: UpdateSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }

    private let source: any UpdateSource
    private let record: UpdateRecord
    private var stopped = false

    package init(_ source: any UpdateSource, in record: UpdateRecord) {
        (self.source, self.record) = (source, record)
    }

    package func start() {
        source.onUpdates = { [unowned self] in handle($0) }
        source.onEnd = { [unowned self] in onEnd($0) }
        record.onFailure = { [unowned self] in
            source.stop()
            onEnd(GatewayFailure(.inputOutput, "can't record updates: \($0)"))
        }
        source.start()
    }

    private func handle(_ batch: UpdateBatch) {
        record.add(batch.updates) { [weak self] in
            // Telegram sends updates that arrive after a stop again at the next start.
            guard let self, !self.stopped else { return }
            self.onUpdates(batch)
        }
    }

    package func stop() {
        stopped = true
        source.stop()
    }

    package func confirm(then done: @escaping () -> Void) {
        source.confirm(then: done)
    }
}
