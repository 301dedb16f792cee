import JSON

/// A bot of the simulator, with the token of its calls and the updates that wait for it.
final class BotEndpoint {
    let token: String
    let delivery: UpdateDelivery
    /// Whether the bot stays after a reset.
    let isPermanent: Bool
    /// The simulated Telegram as the bot sees it; a reset replaces it.
    fileprivate(set) var telegram: SimulatedTelegram
    /// The number of getUpdates since the start.
    private(set) var pollCount = 0

    init(_ telegram: SimulatedTelegram, token: String, delivery: UpdateDelivery, isPermanent: Bool) {
        (self.telegram, self.token, self.delivery, self.isPermanent) = (
            telegram, token, delivery, isPermanent
        )
    }

    var id: Int64 { telegram.botID }

    func getUpdates(_ arguments: Arguments, then reply: @escaping UpdateDelivery.Reply) {
        pollCount += 1
        delivery.getUpdates(arguments, then: reply)
    }
}

/// The bots of a simulator; there is always a first one.
struct BotEndpoints {
    private(set) var all: [BotEndpoint]
    /// Whether any well-formed token is accepted. If its number is no bot's, it is taken for the first bot's.
    var acceptsAnyToken = false
    /// The id of the next update of each bot that was dropped, by the bot's id.
    private var dropped: [Int64: Int64] = [:]

    init(_ first: BotEndpoint) { all = [first] }

    var first: BotEndpoint { all[0] }

    mutating func add(_ endpoint: BotEndpoint) {
        all.append(endpoint)
        dropped[endpoint.id] = nil
    }

    /// The id at which the updates of a bot go on that was dropped; nil for a new bot.
    func nextUpdate(of bot: Int64) -> Int64? { dropped[bot] }

    /// The bot with a token; nil if the token is wrong.
    func endpoint(token: String) -> BotEndpoint? {
        if let known = all.first(where: { $0.token == token }) { return known }
        guard acceptsAnyToken else { return nil }
        let number = token.prefix { $0 != ":" }
        // The program of a dropped bot must not take the first one's updates.
        guard Int64(number).flatMap({ dropped[$0] }) == nil else { return nil }
        return all.first { number == String($0.id) } ?? first
    }

    /// The bot with an id or an `@username`; nil if there is none.
    func endpoint(named name: String) -> BotEndpoint? { all.first { $0.telegram.isNamed(name) } }

    /// Gives the permanent bots a new Telegram; the others are dropped.
    mutating func startAgain() {
        for bot in all where !bot.isPermanent {
            dropped[bot.id] = bot.delivery.nextID()
            bot.delivery.close()
        }
        all.removeAll { !$0.isPermanent }
        first.telegram.files.removeCopies()
        let new = first.telegram.another()
        for endpoint in all {
            let old = endpoint.telegram
            endpoint.telegram = endpoint === first ? new : new.view(of: old.bot)
            endpoint.telegram.seesAllGroupMessages = old.seesAllGroupMessages
        }
    }
}
