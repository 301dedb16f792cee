import BotAPI
import Glibc
import Logging
import Reactor

/// The updates of another source, filtered by `AccessPolicy`. Dropped updates are confirmed like the others, but not
/// delivered.
package final class FilteredUpdates: UpdateSource {
    /// The dropped updates.
    package struct Dropped: Equatable {
        /// Updates from chats and users that aren't allowed.
        package fileprivate(set) var notAllowed = 0
        package fileprivate(set) var tooOld = 0
        /// The offset at which the source continues; nil if the rest of the batch carries it.
        package fileprivate(set) var offset: Int64?
    }

    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Called with the dropped updates since the start: on the first one, then at most every `tellingPause`, so that a
    /// flood doesn't write to the disk each time. Counts not reported before a kill are recounted when the updates come
    /// again, or are lost.
    package var onDropped: (Dropped) -> Void = { _ in }
    /// Called when an allowed group has become a supergroup with a new id.
    package var onMigration: (_ old: Int64, _ new: Int64) -> Void = { _, _ in }

    /// The minimum time between two calls of `onDropped`.
    static let tellingPause: Duration = .seconds(2)

    package var access: AccessPolicy
    private let source: any UpdateSource
    private let now: () -> Int64
    private let loop: EventLoop
    private let log: Logger
    private var dropped = Dropped()
    private var untold = false
    private var pause: Timer?

    /// - Parameter now: in seconds since 1970.
    package init(
        of source: any UpdateSource, access: AccessPolicy, on loop: EventLoop, log: Logger,
        now: @escaping () -> Int64 = { Int64(time(nil)) }
    ) {
        (self.source, self.access, self.loop, self.log, self.now) = (source, access, loop, log, now)
    }

    package func start() {
        source.onUpdates = { [unowned self] in handle($0) }
        source.onEnd = { [unowned self] in onEnd($0) }
        source.start()
    }

    package func stop() { source.stop() }

    package func confirm(then done: @escaping () -> Void) {
        tell()
        source.confirm(then: done)
    }

    private func handle(_ batch: UpdateBatch) {
        let before = dropped
        let admitted = filter(batch.updates)
        guard dropped != before else {
            dropped.offset = nil
            return onUpdates(batch)
        }
        // If every update was dropped, confirm the batch without storing it: if it comes again, it is dropped again.
        dropped.offset = admitted.isEmpty ? batch.nextOffset : nil
        untold = true
        if pause == nil { tell() }
        guard !admitted.isEmpty else { return batch.taken() }
        onUpdates(UpdateBatch(admitted, nextOffset: batch.nextOffset, taken: batch.taken))
    }

    private func filter(_ updates: [Update]) -> [Update] {
        let now = now()
        var old = 0
        let admitted = updates.filter { update in
            if access.learn(from: update), let (old, new) = update.migration { onMigration(old, new) }
            let decision = access.decide(on: update, at: now)
            guard decision != .admitted else { return true }
            if decision == .tooOld { old += 1 } else { dropped.notAllowed += 1 }
            if decision == .notAllowed { access.strangers?.met(update) }
            let reason = decision == .tooOld ? "too old" : "not allowed"
            log.debug("dropped \(update.kind): \(reason)", metadata: ["update": "\(update.id)"])
            return false
        }
        report(old: old, admitted)
        return admitted
    }

    private func report(old: Int, _ admitted: [Update]) {
        guard let maxAge = access.maxAge else { return }
        dropped.tooOld += old
        if old > 0 { log.info("dropped \(old.counted("update")) older than \(maxAge.rounded)") }
        guard access.doubtsClock(old: old, young: admitted.count { $0.time != nil }) else { return }
        log.warning(
            """
            all updates are older than --max-age \(maxAge.rounded), even new ones: check this machine's clock
            """)
    }

    /// Calls `onDropped` now if there are counts to report.
    package func tell() {
        guard untold else { return }
        untold = false
        onDropped(dropped)
        pause?.cancel()
        pause = loop.after(Self.tellingPause) { [weak self] in
            self?.pause = nil
            self?.tell()
        }
    }
}
