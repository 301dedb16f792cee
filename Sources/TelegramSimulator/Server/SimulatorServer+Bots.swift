import BotAPI
import JSON

/// Several bots in one simulator.
extension SimulatorServer {
    /// Adds a bot.
    ///
    /// - Parameters:
    ///   - properties: those of its `User`, each with a default: `id`, `first_name`, `username`; and
    ///     `can_read_all_group_messages`, which turns off privacy mode.
    ///   - token: nil for one made from its id.
    ///   - isPermanent: whether it stays after a reset.
    /// - Returns: its `User`, with `token`.
    @discardableResult
    package func addBot(
        _ properties: JSON, token: String? = nil, isPermanent: Bool = false
    ) throws(BotAPIError) -> JSON {
        let given = Arguments(properties)
        let id = try id(ofBot: given)
        let name = given.text("first_name").isEmpty ? "Bot \(id)" : given.text("first_name")
        let wanted = given.text("username").drop { $0 == "@" }
        let username = wanted.isEmpty ? "bot\(id)_bot" : String(wanted)
        guard !telegram.isTaken(username: username) else {
            throw .badRequest("username \(username) is taken by another bot or a user")
        }
        let bot: JSON = [
            "id": JSON(id), "is_bot": true, "first_name": JSON(name), "username": JSON(username),
        ]
        let view = telegram.view(of: bot)
        view.seesAllGroupMessages = given.flag("can_read_all_group_messages") || telegram.seesAllGroupMessages
        let endpoint = add(view, token: token ?? "\(id):secret", isPermanent: isPermanent)
        history.traffic.add("new_bot", bot.bytes)
        return Self.json(of: endpoint)
    }

    /// The id in a bot's token; nil if Telegram gives no such id.
    package static func botID(in token: String) -> Int64? {
        let text = token.prefix { $0 != ":" }
        return Int64(text).flatMap { SharedState.personIDs.contains($0) && String($0) == text ? $0 : nil }
    }

    /// The last id that Telegram gives to users and bots.
    package static var lastID: Int64 { SharedState.personIDs.upperBound }

    private func id(ofBot given: Arguments) throws(BotAPIError) -> Int64 {
        let people = telegram.shared.people
        guard given.has("id") else {
            let last = bots.all.map(\.id).filter { $0 <= SharedState.personIDs.upperBound / 2 }.max() ?? 7
            return ((last + 1)...).first { people[$0] == nil } ?? last + 1
        }
        guard let id = given.id("id"), SharedState.personIDs.contains(id) else {
            throw .badRequest("a bot's id must be a number from 1 to \(SharedState.personIDs.upperBound)")
        }
        guard people[id] == nil else { throw .badRequest("id \(id) is taken by another bot or a user") }
        return id
    }

    /// The `User` of a bot, with its `token`.
    static func json(of endpoint: BotEndpoint) -> JSON {
        var json = endpoint.telegram.bot
        json.set("token", JSON(endpoint.token))
        return json
    }

    /// The bot that a request of the control API names in `bot`; nil if it names none.
    func bot(_ arguments: Arguments) throws(BotAPIError) -> BotEndpoint? {
        let name = arguments.text("bot")
        guard !name.isEmpty, arguments.json["bot"] != .null else { return nil }
        guard let bot = bots.endpoint(named: name) else {
            throw BotAPIError(
                code: 404, reason: "Not Found: unknown bot \(name); GET /simulator/bots lists them")
        }
        return bot
    }
}
