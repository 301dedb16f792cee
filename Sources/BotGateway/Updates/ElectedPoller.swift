import Glibc
import Reactor

/// Polls while this gateway is the one of a cluster that does.
package final class ElectedPoller: TelegramSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    package var onAnswer: () -> Void = {}

    private let makePoller: (_ offset: Int64?) -> TelegramPoller
    private var poller: TelegramPoller?
    private var isStopped = false
    /// When the cluster last answered, in seconds since 1970; nil before that.
    private var lastConfirmation: Int64?

    /// - Parameter makePoller: makes one that continues at an offset.
    package init(_ makePoller: @escaping (_ offset: Int64?) -> TelegramPoller) {
        self.makePoller = makePoller
    }

    package let isWebhook = false
    package var lastPoll: Int64? { poller.map(\.lastPoll) ?? lastConfirmation }
    package var lastAnswer: Int64? { poller.map(\.lastAnswer) ?? lastConfirmation }
    package var isFailing: Bool { poller?.isFailing ?? false }
    package var errors: Int { poller?.errors ?? 0 }
    package var isElected: Bool { poller != nil }

    /// Polls from now on.
    package func elect(from offset: Int64?) {
        guard !isStopped else { return }
        let poller = makePoller(offset)
        poller.onUpdates = { [unowned self] in onUpdates($0) }
        poller.onEnd = { [unowned self] in onEnd($0) }
        poller.onAnswer = { [unowned self] in onAnswer() }
        self.poller = poller
        poller.start()
    }

    /// Another gateway polls.
    package func depose() {
        poller?.stop()
        poller = nil
    }

    /// The cluster has answered. A gateway that waits for its turn is as well as one that polls.
    package func confirmed() {
        lastConfirmation = Int64(time(nil))
        if poller == nil { onAnswer() }
    }

    /// Does nothing before the election.
    package func start() {}

    package func stop() {
        isStopped = true
        poller?.stop()
    }

    /// The next one to poll confirms what this one has stored, perhaps meanwhile.
    package func confirm(then done: @escaping () -> Void) { done() }
}
