import BotAPI
import JSON

/// Games and their scores.
extension SimulatedTelegram {
    /// Gives the bot a game, as BotFather does, with `game_short_name`, `title`, `description`, `text`, and the files
    /// `photo` and `animation`. Returns the `Game`.
    func createGame(_ request: Request) throws(BotAPIError) -> JSON {
        let name = request.text("game_short_name")
        guard !name.isEmpty else { throw .badRequest("game_short_name is empty") }
        var game = interactions.games.game(name)
        for key in ["title", "description", "text"] where request.arguments.has(key) {
            game.set(key, JSON(request.text(key)))
        }
        for kind in ["photo", "animation"]
        where request.arguments.has(kind) || request.files.contains(where: { $0.part == kind }) {
            game.set(kind, try files.object(kind, request.arguments, parameter: kind, request.files))
        }
        interactions.games.add(game, as: name)
        return game
    }

    func sendGame(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        var game = interactions.games.game(request.text("game_short_name"))
        addScores(to: &game, in: chat)
        return try post(["game": game], by: request, to: chat)
    }

    /// Adds the high scores to the text of a game, as in the message that users see.
    private func addScores(to game: inout JSON, in chat: SimulatedChat) {
        let lines = ranking(of: game, in: chat).map { place in
            "\(place["position"] ?? "") \(place["user"]?["first_name"]?.string ?? "") \(place["score"] ?? "")"
        }
        if !lines.isEmpty { game.set("text", JSON(lines.joined(separator: "\n"))) }
    }

    /// `GameHighScore` objects, the best first.
    private func ranking(of game: JSON, in chat: SimulatedChat) -> [JSON] {
        let scores = interactions.games.scores(of: game, in: chat.id).sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        return scores.enumerated().map { index, score in
            [
                "position": JSON(index + 1), "user": chats.person(score.key) ?? [:],
                "score": JSON(score.value),
            ]
        }
    }

    func setGameScore(_ request: Request) throws(BotAPIError) -> JSON {
        guard let (chat, message) = try gameMessage(request), let game = message["game"] else {
            return plausible("setGameScore", request)
        }
        let (id, _) = try user(request)
        guard let score = request.arguments.integer("score"), score >= 0 else {
            throw .badRequest("wrong game score specified")
        }
        let old = interactions.games.scores(of: game, in: chat.id)[id] ?? 0
        guard request.arguments.flag("force") ? score != old : score > old else {
            throw .badRequest("BOT_SCORE_NOT_MODIFIED")
        }
        interactions.games.set(score, of: id, at: game, in: chat.id)
        let changed = request.arguments.flag("disable_edit_message") ? message : show(game, in: message, chat)
        return request.text("inline_message_id").isEmpty ? changed : true
    }

    private func show(_ game: JSON, in message: JSON, _ chat: SimulatedChat) -> JSON {
        var (game, message) = (game, message)
        addScores(to: &game, in: chat)
        message.set("game", game)
        message.set("edit_date", JSON(now()))
        chat.messages.put(message)
        onAction(.edited(message))
        return message
    }

    func getGameHighScores(_ request: Request) throws(BotAPIError) -> JSON {
        guard let (chat, message) = try gameMessage(request), let game = message["game"] else {
            return plausible("getGameHighScores", request)
        }
        _ = try user(request)
        return JSON(ranking(of: game, in: chat))
    }

    /// The message with a game; nil if it is unknown in lenient mode.
    private func gameMessage(_ request: Request) throws(BotAPIError) -> (SimulatedChat, JSON)? {
        let inline = request.text("inline_message_id")
        let place = interactions.inline.messages[inline]
        if place == nil, !inline.isEmpty || request.text("chat_id").isEmpty, strictness == .lenient {
            return nil
        }
        let known = place.flatMap { chats[$0.chat] }
        let chat = if let known { known } else { try chat(of: request) }
        let number = place?.message ?? request.arguments.integer("message_id")
        guard let message = number.flatMap({ chat.messages[$0] }), message["game"] != nil else {
            guard strictness == .lenient else { throw .badRequest("message with game not found") }
            return nil
        }
        return (chat, message)
    }
}
