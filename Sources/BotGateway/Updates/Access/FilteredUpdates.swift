import BotAPI
import Glibc
import Logging
import Reactor

/// Another source's updates without those that `AccessPolicy` keeps out: these are confirmed like the others, and
/// nobody sees them.
package final class FilteredUpdates: UpdateSource {
    /// What was kept out.
    package struct Dropped: Equatable {
        /// Of chats and users that may not come in.
        package fileprivate(set) var notAllowed = 0
        package fileprivate(set) var tooOld = 0
        /// Where the source goes on behind them; nil when that was told with others.
        package fileprivate(set) var offset: Int64?
    }

    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Called with what was kept out since the start: at the first update, and then not too often, for a flood
    /// shouldn't write to the disk. What a kill leaves untold comes again, or is missing in the sum.
    package var onDropped: (Dropped) -> Void = { _ in }
    /// Called when an allowed group has become a supergroup of another id.
    package var onMigration: (_ old: Int64, _ new: Int64) -> Void = { _, _ in }

    /// The shortest time between two calls of `onDropped`.
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
        // Without anything to keep it is confirmed at once: at worst these come again and are dropped again.
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
            let reason = decision == .tooOld ? "too old" : "not allowed in"
            log.debug("dropped \(update.kind): \(reason)", metadata: ["update": "\(update.id)"])
            return false
        }
        report(old: old, admitted)
        return admitted
    }

    private func report(old: Int, _ admitted: [Update]) {
        guard let maxAge = access.maxAge else { return }
        dropped.tooOld += old
        if old > 0 { log.info("dropped \(old) updates that are older than \(maxAge.rounded)") }
        guard access.doubtsClock(old: old, young: admitted.count { $0.time != nil }) else { return }
        log.warning(
            """
            all updates are older than \(maxAge.rounded), also those that just came: is this machine's clock \
            right? --max-age goes by it
            """)
    }

    /// Tells now what waits to be told.
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
