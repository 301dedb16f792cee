import BotAPI
import JSON

/// Buttons: those under a message, and those in the place of the app's keyboard.
extension SimulatedTelegram {
    /// What a chat's people see in the place of their app's own keyboard; nil where nothing is.
    package func keyboard(in chat: Int64) -> JSON? {
        (try? chats.chat(String(chat)))?.keyboard
    }

    func answerCallbackQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let id = request.text("callback_query_id")
        guard request.text("text").unicodeScalars.count <= 200 else { throw .badRequest("MESSAGE_TOO_LONG") }
        switch interactions.callbacks.answer(id, at: now()) {
        case .given(let person):
            onAction(.callbackAnswer(request.arguments.json, person: person))
            return true
        case .unknown where strictness == .lenient && !id.isEmpty: return true
        case .unknown, .late:
            throw .badRequest("query is too old and response timeout expired or query ID is invalid")
        }
    }

    /// Presses a button: `button` is its number from 1 in reading order, or its text; or `callback_data` is its data.
    /// With a `message_id` one under the message; without, one of the chat's keyboard, or else under the newest message
    /// that has buttons.
    func pressButton(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        if let id = request.arguments.integer("message_id") {
            guard let message = chat.messages[id] else { throw .badRequest("message not found") }
            guard let button = try button(request, in: message["reply_markup"]?["inline_keyboard"]) else {
                throw .badRequest("the message has no such button")
            }
            return try press(button, under: message, request, chat)
        }
        if let key = try button(request, in: chat.keyboard?["keyboard"]) {
            return try use(key, request, chat)
        }
        let message = chat.messages.last { $0["reply_markup"]?["inline_keyboard"] != nil }
        guard let message, let button = try button(request, in: message["reply_markup"]?["inline_keyboard"])
        else {
            throw .badRequest("the chat has no such button")
        }
        return try press(button, under: message, request, chat)
    }

    private func button(_ request: Request, in keyboard: JSON?) throws(BotAPIError) -> JSON? {
        let buttons = keyboard?.elements.flatMap(\.elements) ?? []
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

    /// What comes of it: a `CallbackQuery`, or for what happens in the app alone the button.
    private func press(
        _ button: JSON, under message: JSON, _ request: Request, _ chat: SimulatedChat
    ) throws(BotAPIError) -> JSON {
        let isGame = button["callback_game"] != nil
        guard let person = request.person, let id = request.personID, isGame || button["callback_data"] != nil
        else {
            return button
        }
        var query: JSON = ["id": JSON(interactions.callbacks.add(by: id, at: now())), "from": person]
        let place = message["message_id"]?.integer.flatMap { interactions.inline.id(of: $0, in: chat.id) }
        if let place {
            query.set("inline_message_id", JSON(place))
        } else {
            query.set("message", message)
        }
        query.set("chat_instance", JSON(String(0 &- (3_000_000_000_000_000_000 &+ chat.id))))
        button["callback_data"].map { query.set("data", $0) }
        if isGame { message["game"]?["title"].map { query.set("game_short_name", $0) } }
        onUpdate("callback_query", query)
        return query
    }

    /// Sends what a key of the chat's keyboard stands for.
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
