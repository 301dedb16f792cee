import BotGateway
import Reactor

/// Reports how a gateway is doing: to the journal for `pipegram status`, and to the service manager.
@MainActor final class HealthRecorder {
    private static let interval = Duration.seconds(10)

    private let poller: TelegramPoller
    private let caller: TelegramCaller
    private let children: Children
    private let journal: DiskJournal
    private let loop: EventLoop
    private let manager = ServiceManager.current
    private var stored: GatewayHealth?
    private var isReady = false

    init(
        _ poller: TelegramPoller, _ caller: TelegramCaller, _ children: Children, in journal: DiskJournal,
        on loop: EventLoop
    ) {
        (self.poller, self.caller, self.children) = (poller, caller, children)
        (self.journal, self.loop) = (journal, loop)
        if manager != nil { poller.onAnswer = { [weak self] in self?.polled() } }
    }

    /// Reports now and from then on, at most once every ten seconds.
    func start() {
        report()
        loop.after(Self.interval) { [weak self] in self?.start() }
    }

    func report() {
        if isReady { manager?.notify(status) }
        let health = GatewayHealth(
            lastPoll: poller.lastPoll, isPollFailing: poller.isFailing, pollErrors: poller.errors,
            callErrors: caller.failures)
        guard health != stored else { return }
        stored = health
        journal.setHealth(health)
    }

    /// Only an answer feeds the watchdog: it shows that the loop turns and that updates arrive.
    private func polled() {
        manager?.notify("WATCHDOG=1")
        guard !isReady else { return }
        isReady = true
        manager?.notify("READY=1", status)
    }

    func reload(_ action: () -> Void) {
        // A start isn't over before a poll was answered.
        guard isReady else { return action() }
        manager?.notifyReloading()
        action()
        manager?.notify("READY=1", status)
    }

    func stopping() { manager?.notify("STOPPING=1") }

    private var status: String {
        let running = children.count.counted("child", plural: "children")
        let state = poller.isFailing ? "polling fails" : "polling"
        return "STATUS=\(state); \(running), \(children.backlog.counted("event")) waiting"
    }
}
