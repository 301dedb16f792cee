import BotGateway
import Reactor

/// Stores a gateway's health for `pipegram status`, at most once every ten seconds.
@MainActor final class HealthRecorder {
    private static let interval = Duration.seconds(10)

    private let poller: TelegramPoller
    private let caller: TelegramCaller
    private let journal: DiskJournal
    private let loop: EventLoop
    private var stored: GatewayHealth?

    init(_ poller: TelegramPoller, _ caller: TelegramCaller, in journal: DiskJournal, on loop: EventLoop) {
        (self.poller, self.caller, self.journal, self.loop) = (poller, caller, journal, loop)
    }

    /// Stores the health now and from then on.
    func start() {
        store()
        loop.after(Self.interval) { [weak self] in self?.start() }
    }

    func store() {
        let health = GatewayHealth(
            lastPoll: poller.lastPoll, isPollFailing: poller.isFailing, pollErrors: poller.errors,
            callErrors: caller.failures)
        guard health != stored else { return }
        stored = health
        journal.setHealth(health)
    }
}
