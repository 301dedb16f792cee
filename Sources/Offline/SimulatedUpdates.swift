import BotAPI
import BotGateway
import JSON
import Reactor
import TelegramSimulator

/// The updates of a simulated Telegram, with ids from 1.
package final class SimulatedUpdates: UpdateSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Whether no update is waiting for delivery.
    package var isEmpty: Bool { waiting.isEmpty }

    private let loop: EventLoop
    private var waiting: [Update] = []
    private var lastID: Int64 = 0
    private var isStarted = false
    private var isStopped = false

    package init(of telegram: SimulatedTelegram, on loop: EventLoop) {
        self.loop = loop
        telegram.onUpdate = { [weak self] in self?.add($0, $1) }
    }

    package func start() {
        isStarted = true
        if !waiting.isEmpty { loop.soon { [weak self] in self?.deliver() } }
    }

    package func stop() { isStopped = true }

    /// Delivers the remaining updates, then ends the source.
    package func finish() {
        loop.soon { [weak self] in
            guard let self, !self.isStopped else { return }
            self.deliver()
            self.stop()
            self.onEnd(nil)
        }
    }

    package func confirm(then done: @escaping () -> Void) { done() }

    /// Queues an update. It is delivered in a later turn of the loop, because its cause, such as a child's call, must
    /// be completed first.
    private func add(_ kind: String, _ payload: JSON) {
        guard !isStopped else { return }
        lastID += 1
        guard let update = try? Update(["update_id": JSON(lastID), kind: payload]) else { return }
        waiting.append(update)
        if isStarted, waiting.count == 1 { loop.soon { [weak self] in self?.deliver() } }
    }

    private func deliver() {
        let updates = waiting
        waiting = []
        if !updates.isEmpty, !isStopped { onUpdates(UpdateBatch(updates)) }
    }
}
