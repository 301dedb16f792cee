import JSON
import TelegramSimulator

/// A simulated Telegram, strict by default, that records its updates and the bot's actions.
package final class SimulatedWorld {
    package let telegram: SimulatedTelegram
    /// The current Unix time.
    package var now: Int64 = 1_700_000_000
    package private(set) var updates: [(kind: String, payload: JSON)] = []
    package private(set) var actions: [BotAction] = []
    package private(set) var remarks: [String] = []
    package private(set) var unseen: [JSON] = []

    init(strictness: Strictness = .strict) {
        var clock: () -> Int64 = { 0 }
        telegram = SimulatedTelegram(strictness: strictness) { clock() }
        clock = { [unowned self] in now }
        follow()
    }

    private init(of telegram: SimulatedTelegram) {
        self.telegram = telegram
        follow()
    }

    /// The same Telegram as another bot sees it.
    package func view(of bot: JSON) -> SimulatedWorld { SimulatedWorld(of: telegram.view(of: bot)) }

    private func follow() {
        telegram.onUpdate = { [unowned self] in updates.append(($0, $1)) }
        telegram.onAction = { [unowned self] in actions.append($0) }
        telegram.onUnsimulated = { [unowned self] in remarks.append($0) }
        telegram.onUnseen = { [unowned self] in unseen.append($0) }
    }

    /// Makes a call as the bot.
    @discardableResult
    package func call(_ method: String, _ parameters: JSON, files: [ReceivedFile] = []) throws -> JSON {
        try telegram.answer(method, parameters, files: files).get()
    }

    /// Acts as a user (default: 42).
    @discardableResult
    package func act(
        _ action: String, _ parameters: JSON = [:], as person: Int64 = 42, files: [ReceivedFile] = []
    ) throws -> JSON {
        try telegram.perform(action, parameters, as: person, files: files).get()
    }

    /// The reason for which a call is refused; nil if it isn't.
    package func refusal(_ method: String, _ parameters: JSON) -> String? {
        guard case .failure(let error) = telegram.answer(method, parameters) else { return nil }
        return error.description
    }

    /// The reason for which a user's action fails; nil if it doesn't.
    package func failure(_ action: String, _ parameters: JSON, as person: Int64 = 42) -> String? {
        guard case .failure(let error) = telegram.perform(action, parameters, as: person) else { return nil }
        return error.description
    }

    package func forget() {
        updates = []
        actions = []
    }

    package var kinds: [String] { updates.map(\.kind) }

    package func last(_ kind: String) -> JSON? { updates.last { $0.kind == kind }?.payload }

    /// The messages that the bot has sent, as users see them.
    package var messages: [JSON] {
        actions.compactMap { action in
            guard case .message(let message, _) = action else { return nil }
            return message
        }
    }

    package var edited: [JSON] {
        actions.compactMap { action in
            guard case .edited(let message) = action else { return nil }
            return message
        }
    }
}
