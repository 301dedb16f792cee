import BotGateway
import Reactor

/// Reports how a gateway is doing: to the journal for `pipegram status`, and to the service manager.
@MainActor final class HealthRecorder {
    private static let interval = Duration.seconds(10)

    private let gateway: RunningGateway
    private let loop: EventLoop
    private let manager = ServiceManager.current
    private var stored: GatewayHealth?
    private var isReady = false

    init(of gateway: RunningGateway, on loop: EventLoop) {
        (self.gateway, self.loop) = (gateway, loop)
        if manager != nil { gateway.source.onAnswer = { [weak self] in self?.polled() } }
    }

    /// Reports now and from then on, at most once every ten seconds.
    func start() {
        report()
        loop.after(Self.interval) { [weak self] in self?.start() }
    }

    func report() {
        if isReady { manager?.notify(status) }
        let source = gateway.source
        let health = GatewayHealth(
            lastPoll: source.lastPoll, isPollFailing: source.isFailing, pollErrors: source.errors,
            callErrors: gateway.caller.failures, isWebhook: source.isWebhook)
        guard health != stored else { return }
        stored = health
        gateway.journal.setHealth(health)
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
        let children = gateway.children
        let running = children.count.counted("child", plural: "children")
        let source = gateway.source.isWebhook ? "webhook" : "polling"
        let state = gateway.source.isFailing ? "\(source) fails" : source
        return "STATUS=\(state); \(running), \(children.backlog.counted("event")) waiting"
    }
}
