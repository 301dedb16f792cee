import BotAPI
import JSON

/// HTML widgets in messages, and the queries that they send to the bot.
///
/// - SeeAlso: https://core.telegram.org/bots/widgets
extension SimulatedTelegram {
    /// Sends a new widget, or with sendSharedWidget one that was sent with `is_shared`.
    func sendWidget(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard chat.isPrivate || strictness == .lenient else {
            throw .badRequest("INPUT_MEDIA_WIDGET_NOT_ALLOWED")
        }
        var widget = try request.name == "sendwidget" ? newWidget(request) : sharedWidget(request)
        try setData(["chat_data"], of: &widget, from: request)
        var content: JSON = ["widget": widget, "has_protected_content": true]
        try addCaption(of: request.arguments, to: &content)
        return try post(content, by: request, to: chat)
    }

    private func newWidget(_ request: Request) throws(BotAPIError) -> JSON {
        let html = request.text("html")
        guard !html.isEmpty else { throw .badRequest("html is empty") }
        guard html.utf8.count <= 32_768 else { throw .badRequest("INPUT_MEDIA_WIDGET_TOO_LARGE") }
        var widget: JSON = ["html": JSON(html)]
        for key in ["width", "height"] { request.arguments.integer(key).map { widget.set(key, JSON($0)) } }
        try setData(["public_data"], of: &widget, from: request)
        return request.arguments.flag("is_shared") ? interactions.widgets.share(widget) : widget
    }

    private func sharedWidget(_ request: Request) throws(BotAPIError) -> JSON {
        let id = request.text("widget_id")
        if let widget = interactions.widgets.shared[id] { return widget }
        guard strictness == .lenient, !id.isEmpty else { throw .badRequest("widget not found") }
        return ["html": "", "id": JSON(id)]
    }

    /// Sets the data that the request has; an empty text removes it.
    private func setData(
        _ keys: [String], of widget: inout JSON, from request: Request
    ) throws(BotAPIError) {
        for key in keys where request.arguments.has(key) {
            let data = request.text(key)
            guard data.utf8.count <= 1024 else { throw .badRequest("\(key) is too long") }
            if data.isEmpty { widget.remove(key) } else { widget.set(key, JSON(data)) }
        }
    }

    func editMessageWidgetData(_ request: Request) throws(BotAPIError) -> JSON {
        var data: JSON = [:]
        let keys = ["public_data", "chat_data"]
        try setData(keys, of: &data, from: request)
        _ = try edit(request, needing: "widget") { message in
            var widget = message["widget"] ?? ["html": ""]
            for key in keys where request.arguments.has(key) { widget[key] = data[key] }
            message.set("widget", widget)
        }
        return true
    }

    func editSharedWidgetData(_ request: Request) throws(BotAPIError) -> JSON {
        var widget = try sharedWidget(request)
        try setData(["public_data"], of: &widget, from: request)
        _ = interactions.widgets.share(widget)
        onAction(.other(method: "editSharedWidgetData", request.arguments.json))
        return true
    }

    func answerWidgetQuery(_ request: Request) throws(BotAPIError) -> JSON {
        guard request.text("data").utf8.count <= 1024 else { throw .badRequest("data is too long") }
        let id = request.text("widget_query_id")
        return try finish(interactions.widgets.queries.answer(id, at: now()), id: id) {
            .widgetAnswer(request.arguments.json, person: $0)
        }
    }

    // MARK: users

    /// Sends a query from the widget with this `message_id`, or from the newest one. Returns the `WidgetQuery`.
    func sendWidgetQuery(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard let message = try message(with: "widget", for: request), let widget = message["widget"] else {
            throw .badRequest("the message has no widget")
        }
        let sender = sender(of: message, in: chat) ?? self
        var query = try sender.newQuery(request)
        query.set("chat", chat.json)
        message["message_id"].map { query.set("message_id", $0) }
        query.set("chat_instance", JSON(chat.instance))
        widget["id"].map { query.set("widget_id", $0) }
        sender.onUpdate("widget_query", query)
        return query
    }

    /// Sends a query from the shared widget with this `widget_id`, outside of any chat. Returns the
    /// `SharedWidgetQuery`.
    func sendSharedWidgetQuery(_ request: Request) throws(BotAPIError) -> JSON {
        guard let id = interactions.widgets.shared[request.text("widget_id")]?["id"] else {
            throw .badRequest("widget not found")
        }
        var query = try newQuery(request)
        query.set("widget_id", id)
        onUpdate("shared_widget_query", query)
        return query
    }

    /// The keys that both kinds of queries have.
    private func newQuery(_ request: Request) throws(BotAPIError) -> JSON {
        guard let person = request.person, let id = request.personID else { throw .methodNotFound }
        let data = request.text("data")
        guard 1...64 ~= data.utf8.count else { throw .badRequest("data must have 1 to 64 bytes") }
        let type = request.text("type")
        return [
            "id": JSON(interactions.widgets.queries.add(by: id, at: now())), "from": person,
            "type": JSON(type.isEmpty ? "data" : type), "data": JSON(data),
        ]
    }
}
