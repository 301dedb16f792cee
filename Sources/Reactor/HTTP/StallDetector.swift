/// Detects when progress stalls. It checks the position four times per limit.
final class StallDetector {
    private let loop: EventLoop
    private let interval: Duration
    private let position: () -> Int
    private let onStall: () -> Void
    private var last: Int
    private var checks = 0
    private var timer: Timer?

    /// - Parameters:
    ///   - position: changes with any progress.
    ///   - onStall: called once, from the loop, after no progress for `limit` to 1¼ of it.
    init(_ limit: Duration, on loop: EventLoop, position: @escaping () -> Int, onStall: @escaping () -> Void)
    {
        (self.loop, self.position, self.onStall) = (loop, position, onStall)
        interval = limit / 4
        last = position()
        wait()
    }

    func cancel() { timer?.cancel() }

    private func wait() {
        timer = loop.after(interval) { [weak self] in self?.check() }
    }

    private func check() {
        let now = position()
        checks = now == last ? checks + 1 : 0
        last = now
        if checks < 4 { wait() } else { onStall() }
    }
}
