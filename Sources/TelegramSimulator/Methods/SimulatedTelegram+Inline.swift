import BotAPI
import JSON

/// Inline mode.
extension SimulatedTelegram {
    /// Sends an inline query, as if the user typed it after the bot's name. Returns the `InlineQuery`.
    func sendInlineQuery(_ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        var query: JSON = ["id": "", "from": person]
        query.set("query", JSON(request.text("query")))
        query.set("offset", JSON(request.text("offset")))
        query.set("chat_type", "sender")
        if let chat = Int64(request.text("chat_id")), chat != id, chat != botID {
            query.set("chat_type", JSON(try chats.chat(String(chat)).type))
        }
        query = interactions.inline.add(query, by: id)
        onUpdate("inline_query", query)
        return query
    }

    func answerInlineQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let id = request.text("inline_query_id")
        guard let results = request.arguments.structure("results"), results.isArray else {
            throw .badRequest(
                request.text("results").isEmpty
                    ? "results array is empty" : "can't parse inline query results JSON object")
        }
        try check(results.elements)
        guard let person = interactions.inline.person(waitingFor: id) else {
            guard strictness == .lenient, !id.isEmpty else {
                throw .badRequest("query is too old and response timeout expired or query ID is invalid")
            }
            return true
        }
        interactions.inline.answer(person, with: results.elements)
        onAction(.inlineResults(request.arguments.json, person: person))
        return true
    }

    private func check(_ results: [JSON]) throws(BotAPIError) {
        guard results.count <= 50 else { throw .badRequest("RESULTS_TOO_MUCH") }
        var ids: Set<String> = []
        for result in results {
            let reason = "can't parse inline query result: "
            guard result.isObject else { throw .badRequest("\(reason)Inline query result must be an object") }
            for key in ["type", "id"] where result[key] == nil {
                throw .badRequest("\(reason)Can't find field \"\(key)\"")
            }
            let arguments = Arguments(result)
            let id = arguments.text("id")
            guard 1...64 ~= id.utf8.count else { throw .badRequest("RESULT_ID_INVALID") }
            guard ids.insert(id).inserted else { throw .badRequest("RESULT_ID_DUPLICATE") }
            if result["type"]?.string == "article" {
                guard result["title"] != nil else { throw .badRequest("\(reason)Can't find field \"title\"") }
                guard result["input_message_content"] != nil else {
                    throw .badRequest("\(reason)Can't find field \"input_message_content\"")
                }
            }
            _ = try ReplyMarkup(arguments)
            if let content = result["input_message_content"], content["message_text"] != nil {
                _ = try FormattedText(Arguments(content), Self.messageText)
            }
            if let rich = result["input_message_content"]?["rich_message"] { _ = try richMessage(rich, []) }
            if let content = result["input_message_content"], content["prices"] != nil {
                _ = try Invoice(Arguments(content))
                try Self.checkPayButton(in: ReplyMarkup(arguments)?.inlineKeyboard)
            }
        }
    }

    private static var messageText: FormattedText.Place {
        var place = FormattedText.Place()
        place.text = "message_text"
        return place
    }

    /// Sends the bot's last inline result with this `result_id`. Returns the `Message`.
    func chooseInlineResult(_ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID,
            let query = interactions.inline.queries[id],
            let result = query.results?.first(where: { Arguments($0).text("id") == request.text("result_id") }
            )
        else { throw .badRequest("RESULT_ID_INVALID") }
        let chat = try chat(of: request)
        var content = try content(of: result, request)
        let markup = try ReplyMarkup(Arguments(result))?.inlineKeyboard
        let invoice = try invoice(of: result)
        if let invoice { content = ["invoice": invoice.json, "reply_markup": invoice.keyboard] }
        var message = start(in: chat, by: request)
        message.set("via_bot", bot)
        message.merge(content)
        markup.map { message.set("reply_markup", $0) }
        chat.messages.put(message)
        invoice.map { offer($0, in: message) }

        var chosen: JSON = ["result_id": JSON(request.text("result_id")), "from": person]
        query.json["query"].map { chosen.set("query", $0) }
        // Only messages with buttons can be edited later.
        if markup != nil, let number = message["message_id"]?.integer {
            chosen.set("inline_message_id", JSON(interactions.inline.add(message: number, in: chat.id)))
        }
        tellBots(of: message, in: chat)
        onUpdate("chosen_inline_result", chosen)
        return message
    }

    private func invoice(of result: JSON) throws(BotAPIError) -> Invoice? {
        guard let content = result["input_message_content"], content["prices"] != nil else { return nil }
        return try Invoice(Arguments(content))
    }

    private func content(of result: JSON, _ request: Request) throws(BotAPIError) -> JSON {
        let arguments = Arguments(result)
        let kind = arguments.text("type")
        guard let content = result["input_message_content"] else {
            let file = ["mpeg4_gif": "animation", "gif": "animation"][kind] ?? kind
            guard SimulatedFiles.kinds.contains(file) else { return ["text": JSON(arguments.text("title"))] }
            let source = ["_file_id", "_url"].map { (kind == "mpeg4_gif" ? "mpeg4" : kind) + $0 }
            let parameter = (source + ["mpeg4_file_id"]).first { result[$0] != nil } ?? "\(kind)_url"
            return try media(file, arguments, parameter: parameter, [])
        }
        if content["message_text"] != nil {
            let text = try FormattedText(Arguments(content), Self.messageText)
            var message: JSON = [:]
            text.put(into: &message)
            return message
        }
        if let rich = content["rich_message"] { return ["rich_message": try richMessage(rich, [])] }
        if content["phone_number"] != nil { return ["contact": content] }
        if content["address"] != nil {
            var place: JSON = [:]
            for key in ["latitude", "longitude"] { content[key].map { place.set(key, $0) } }
            return ["location": place, "venue": content]
        }
        return content["latitude"] == nil ? ["text": JSON(arguments.text("title"))] : ["location": content]
    }
}
