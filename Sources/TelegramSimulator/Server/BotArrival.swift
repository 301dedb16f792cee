import Reactor

/// Requests of test programs that wait until the bot is ready: until its next getUpdates, or a webhook.
final class BotArrival {
    private struct Waiting {
        let reply: () -> Void
        let timer: Timer
    }

    private let loop: EventLoop
    private var waiting: [Int64: Waiting] = [:]
    private var requests: Int64 = 0

    init(on loop: EventLoop) { self.loop = loop }

    /// - Parameter reply: called once, when the bot arrives or the time is up.
    func wait(within time: Duration, then reply: @escaping () -> Void) {
        requests += 1
        let number = requests
        let timer = loop.after(time) { [weak self] in self?.waiting.removeValue(forKey: number)?.reply() }
        waiting[number] = Waiting(reply: reply, timer: timer)
    }

    func arrive() {
        let arrived = waiting.values
        waiting = [:]
        for request in arrived {
            request.timer.cancel()
            request.reply()
        }
    }
}
