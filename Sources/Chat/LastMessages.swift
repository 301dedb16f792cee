import JSON
import TelegramSimulator

/// What people refer to without saying its number.
struct LastMessages {
    /// By chat: the newest message of the bot's, of each person's, with a poll, with buttons.
    private(set) var ofBot: [Int64: Int64] = [:]
    var ofPeople: [Int64: [Int64: Int64]] = [:]
    private(set) var poll: [Int64: Int64] = [:]
    private(set) var withButtons: [Int64: Int64] = [:]
    /// What the bot offers inline, by who asked.
    private(set) var offers: [Int64: [JSON]] = [:]

    mutating func note(_ action: BotAction) {
        switch action {
        case .message(let message):
            guard let (chat, id) = note(message) else { return }
            ofBot[chat] = id
            if message["poll"] != nil { poll[chat] = id }
        case .edited(let message): note(message)
        case .inlineResults(let answer, let person):
            offers[person] = Arguments(answer).structure("results")?.elements ?? []
        default: break
        }
    }

    /// A message that somebody sent by way of the bot.
    mutating func note(_ message: JSON, by person: Int64) {
        guard let (chat, id) = note(message) else { return }
        ofPeople[chat, default: [:]][person] = id
    }

    @discardableResult
    private mutating func note(_ message: JSON) -> (chat: Int64, id: Int64)? {
        guard let chat = message["chat"]?["id"]?.integer, let id = message["message_id"]?.integer else {
            return nil
        }
        if message["reply_markup"]?["inline_keyboard"] != nil {
            withButtons[chat] = id
        } else if withButtons[chat] == id {
            withButtons[chat] = nil
        }
        return (chat, id)
    }
}
