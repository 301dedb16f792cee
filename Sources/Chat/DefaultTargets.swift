import JSON
import TelegramSimulator

/// The default messages for commands without a number: the last message of each kind, by chat.
struct DefaultTargets {
    /// The bot's newest message, newest poll, and newest message with buttons, by chat.
    private(set) var botMessage: [Int64: Int64] = [:]
    private(set) var poll: [Int64: Int64] = [:]
    private(set) var buttons: [Int64: Int64] = [:]
    /// By chat and user.
    private var ownMessages: [Int64: [Int64: Int64]] = [:]
    /// The last inline results, by user.
    private(set) var inlineResults: [Int64: [JSON]] = [:]

    /// The newest message of a user in a chat.
    func message(of person: Int64, in chat: Int64) -> Int64? { ownMessages[chat]?[person] }

    mutating func observe(_ action: BotAction) {
        switch action {
        case .message(let message, _):
            guard let (chat, id) = observe(message) else { return }
            botMessage[chat] = id
            if message["poll"] != nil { poll[chat] = id }
        case .edited(let message): observe(message)
        case .inlineResults(let answer, let person):
            inlineResults[person] = Arguments(answer).structure("results")?.elements ?? []
        default: break
        }
    }

    /// Observes a message that a user sent via the bot.
    mutating func observe(inlineMessage message: JSON, by person: Int64) {
        guard let (chat, id) = observe(message) else { return }
        sent(id, by: person, in: chat)
    }

    /// Observes a message that a user sent.
    mutating func sent(_ message: Int64, by person: Int64, in chat: Int64) {
        ownMessages[chat, default: [:]][person] = message
    }

    @discardableResult
    private mutating func observe(_ message: JSON) -> (chat: Int64, id: Int64)? {
        guard let chat = message["chat"]?["id"]?.integer, let id = message["message_id"]?.integer else {
            return nil
        }
        if message["reply_markup"]?["inline_keyboard"] != nil {
            buttons[chat] = id
        } else if buttons[chat] == id {
            buttons[chat] = nil
        }
        return (chat, id)
    }
}
