import BotAPI
import JSON

/// Inline keyboards and reply keyboards.
extension SimulatedTelegram {
    /// The reply keyboard that the users of a chat see; nil if there is none.
    package func keyboard(in chat: Int64) -> JSON? {
        (try? chats.chat(String(chat)))?.keyboard
    }

    func answerCallbackQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let id = request.text("callback_query_id")
        guard request.text("text").unicodeScalars.count <= 200 else { throw .badRequest("MESSAGE_TOO_LONG") }
        return try finish(interactions.callbacks.answer(id, at: now()), id: id) {
            .callbackAnswer(request.arguments.json, person: $0)
        }
    }

    /// The result of an answer to a query with this id.
    ///
    /// - Parameter action: what the user who sent the query sees.
    func finish(
        _ answer: CallbackQueries.Answer, id: String, showing action: (_ person: Int64) -> BotAction
    ) throws(BotAPIError) -> JSON {
        switch answer {
        case .given(let person):
            onAction(action(person))
            return true
        case .unknown where strictness == .lenient && !id.isEmpty: return true
        case .unknown, .late:
            throw .badRequest("query is too old and response timeout expired or query ID is invalid")
        }
    }

    /// Presses a button. It is found by `button`, its number from 1 in reading order or its text, or by
    /// `callback_data`. With a `message_id`, it must be under this message. Without, it is in the chat's reply
    /// keyboard, else under the newest message with buttons.
    func pressButton(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        if let id = request.arguments.integer("message_id") {
            guard let message = chat.messages[id] else { throw .badRequest("message not found") }
            guard let button = try button(request, under: message) else {
                throw .badRequest("the message has no such button")
            }
            return try press(button, under: message, request, chat)
        }
        if let key = try button(request, in: chat.keyboard?["keyboard"]?.elements.flatMap(\.elements) ?? []) {
            return try use(key, request, chat)
        }
        guard let message = chat.messages.last(where: { !Self.buttons(of: $0).isEmpty }),
            let button = try button(request, under: message)
        else {
            throw .badRequest("the chat has no such button")
        }
        // The bot of the newest message isn't known before the button is found.
        let sender = sender(of: message, in: chat) ?? self
        return try sender.press(button, under: message, request, chat)
    }

    private static func buttons(of message: JSON) -> [JSON] {
        let keyboard = message["reply_markup"]?["inline_keyboard"]?.elements.flatMap(\.elements) ?? []
        return buttons(inRich: message) + keyboard
    }

    private func button(_ request: Request, under message: JSON) throws(BotAPIError) -> JSON? {
        try button(request, in: Self.buttons(of: message))
    }

    private func button(_ request: Request, in buttons: [JSON]) throws(BotAPIError) -> JSON? {
        if request.arguments.has("callback_data") {
            return buttons.first { $0["callback_data"]?.string == request.text("callback_data") }
        }
        let wanted = request.text("button")
        guard !wanted.isEmpty else { throw .badRequest("button is empty") }
        let named = buttons.first { ($0.string ?? $0["text"]?.string) == wanted }
        guard named == nil, let number = Int(wanted), 1...max(buttons.count, 1) ~= number, !buttons.isEmpty
        else { return named }
        return buttons[number - 1]
    }

    /// Returns a `CallbackQuery`, for a pay button what `payInvoice` returns, or the button itself if its action happens only in the app.
    private func press(
        _ button: JSON, under message: JSON, _ request: Request, _ chat: SimulatedChat
    ) throws(BotAPIError) -> JSON {
        if button["pay"]?.bool == true, message["invoice"] != nil, let number = message["message_id"] {
            var parameters = request.arguments.json
            parameters.set("message_id", number)
            return try payInvoice(request.with(parameters))
        }
        let isGame = button["callback_game"] != nil
        guard let person = request.person, let id = request.personID, isGame || button["callback_data"] != nil
        else {
            return button
        }
        let queryID = interactions.callbacks.add(by: id, in: chat.id, at: now())
        var query: JSON = ["id": JSON(queryID), "from": person]
        if let place = inlineID(of: message, in: chat) {
            query.set("inline_message_id", JSON(place))
        } else {
            query.set("message", message)
        }
        query.set("chat_instance", JSON(chat.instance))
        button["callback_data"].map { query.set("data", $0) }
        if isGame {
            message["game"].flatMap(interactions.games.name).map { query.set("game_short_name", $0) }
        }
        onUpdate("callback_query", query)
        return query
    }

    /// Nil for a message of the bot's own, unless setMySettings changed `callback_query_mode`.
    private func inlineID(of message: JSON, in chat: SimulatedChat) -> String? {
        guard let number = message["message_id"]?.integer else { return nil }
        if let known = interactions.inline.id(of: number, in: chat.id) { return known }
        let mode = Arguments(profile.settings).text("callback_query_mode").lowercased()
        return mode == "inline" ? interactions.inline.add(message: number, in: chat.id) : nil
    }

    /// Sends the message of a button in the chat's reply keyboard.
    private func use(_ key: JSON, _ request: Request, _ chat: SimulatedChat) throws(BotAPIError) -> JSON {
        if chat.keyboard?["one_time_keyboard"]?.bool == true { chat.keyboard = nil }
        var parameters: JSON = ["chat_id": JSON(chat.id)]
        if key["request_contact"]?.bool == true, let person = request.person, let id = request.personID {
            parameters.merge(["phone_number": JSON("+1555\(id)"), "user_id": JSON(id)])
            for name in ["first_name", "last_name"] { person[name].map { parameters.set(name, $0) } }
            return try sendContact(request.with(parameters))
        }
        if key["request_location"]?.bool == true {
            parameters.merge(["latitude": 52.370216, "longitude": 4.895168])
            return try sendPlace(request.with(parameters))
        }
        parameters.set("text", key["text"] ?? key)
        return try sendMessage(request.with(parameters))
    }
}
