/// Has a source's updates recorded before anybody else takes them: nothing is confirmed that isn't recorded.
public final class RecordingSource: UpdateSource {
    public var onUpdates: (UpdateBatch) -> Void = { _ in }
    public var onEnd: (GatewayFailure?) -> Void = { _ in }

    private let source: any UpdateSource
    private let record: UpdateRecord
    private var stopped = false

    public init(_ source: any UpdateSource, in record: UpdateRecord) {
        (self.source, self.record) = (source, record)
    }

    public func start() {
        source.onUpdates = { [unowned self] in take($0) }
        source.onEnd = { [unowned self] in onEnd($0) }
        record.onFailure = { [unowned self] in
            source.stop()
            onEnd(GatewayFailure(.inputOutput, "updates can't be recorded: \($0)"))
        }
        source.start()
    }

    private func take(_ batch: UpdateBatch) {
        record.add(batch.updates) { [weak self] in
            // Those that come after a stop are given again at the next start.
            guard let self, !self.stopped else { return }
            self.onUpdates(batch)
        }
    }

    public func stop() {
        stopped = true
        source.stop()
    }

    public func confirm(then done: @escaping () -> Void) {
        source.confirm(then: done)
    }
}
