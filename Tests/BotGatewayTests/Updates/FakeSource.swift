import JSON

@testable import BotAPI
@testable import BotGateway

/// A source that gives what the test says, and keeps what it was asked.
final class FakeSource: UpdateSource {
    var onUpdates: (UpdateBatch) -> Void = { _ in }
    var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// `start`, `stop` and `confirm`, in the order of the calls.
    private(set) var calls: [String] = []
    /// The next offset of each batch that was taken.
    private(set) var taken: [Int64?] = []

    func start() { calls.append("start") }
    func stop() { calls.append("stop") }

    func confirm(then done: @escaping () -> Void) {
        calls.append("confirm")
        done()
    }

    func give(_ updates: [Update], nextOffset: Int64? = nil) {
        onUpdates(UpdateBatch(updates, nextOffset: nextOffset) { [unowned self] in taken.append(nextOffset) })
    }
}

extension Update {
    /// A message in a private chat.
    static func message(_ text: String, id: Int64, in chat: Int64) throws -> Update {
        let message: JSON = [
            "message_id": JSON(id), "chat": ["id": JSON(chat), "type": "private"], "text": JSON(text),
        ]
        return try Update(["update_id": JSON(id), "message": message])
    }
}
