import BotAPI
import JSON

/// A message's `reply_markup`, checked as strictly as by Telegram.
enum ReplyMarkup {
    /// A keyboard under the message: `{"inline_keyboard":[…]}`.
    case inline(JSON)
    /// A keyboard that replaces the app's own: `{"keyboard":[…]}`.
    case keyboard(JSON)
    case remove
    case forceReply(JSON)

    /// Nil if the parameter is missing or empty.
    init?(_ arguments: Arguments) throws(BotAPIError) {
        guard let value = arguments.json["reply_markup"] else { return nil }
        let text = value.string
        guard text?.isEmpty != true else { return nil }
        let parsed = text == nil ? value : text.flatMap { try? JSON(parsing: $0) }
        guard let markup = parsed else {
            throw .badRequest("can't parse reply keyboard markup JSON object")
        }
        guard markup.isObject else { throw .badRequest("object expected as reply markup") }
        if markup["inline_keyboard"] != nil {
            try Self.check(Self.rows(of: markup, "inline_keyboard"), InlineButton.check)
            self = .inline(markup)
        } else if markup["keyboard"] != nil {
            for flag in ["is_persistent", "resize_keyboard", "one_time_keyboard", "selective"] {
                _ = try markup.flag(flag)
            }
            try Self.check(Self.rows(of: markup, "keyboard"), Self.checkKey)
            self = .keyboard(markup)
        } else if try markup.flag("remove_keyboard") {
            self = .remove
        } else if try markup.flag("force_reply") {
            self = .forceReply(markup)
        } else {
            return nil
        }
    }

    /// The keyboard that belongs to the message; nil for markup that belongs to the chat.
    var inlineKeyboard: JSON? {
        guard case .inline(let markup) = self else { return nil }
        return markup["inline_keyboard"]?.count == 0 ? nil : markup
    }

    /// The markup that belongs to the chat; nil for a keyboard that belongs to the message.
    var chatMarkup: JSON? {
        switch self {
        case .inline: nil
        case .keyboard(let markup), .forceReply(let markup): markup
        case .remove: ["remove_keyboard": true]
        }
    }

    private static func rows(of markup: JSON, _ key: String) throws(BotAPIError) -> [JSON] {
        guard let rows = markup[key], rows.isArray else {
            throw .badRequest("field \"\(key)\" must be of type Array")
        }
        guard rows.elements.allSatisfy(\.isArray) else {
            let type = key == "keyboard" ? "ReplyKeyboardMarkup" : "InlineKeyboardMarkup"
            throw .badRequest("field \"\(key)\" of the \(type) must be an Array of Arrays")
        }
        return rows.elements
    }

    private static func check(
        _ rows: [JSON], _ check: (JSON) throws(BotAPIError) -> Void
    ) throws(BotAPIError) {
        guard rows.reduce(0, { $0 + $1.count }) <= 300 else { throw .badRequest("REPLY_MARKUP_TOO_LONG") }
        for row in rows {
            for button in row.elements { try check(button) }
        }
    }

    private static func checkKey(_ button: JSON) throws(BotAPIError) {
        if button.string != nil { return }
        guard button.isObject else { throw .unreadable("keyboard", "KeyboardButton must be an Object") }
        _ = try button.required("text", of: "keyboard")
        for request in ["request_contact", "request_location"] {
            guard let value = button[request], value.bool == nil else { continue }
            throw .unreadable("keyboard", "Field \"\(request)\" must be of type Boolean")
        }
        for request in ["request_users", "request_chat"] {
            guard let wish = button[request], wish["request_id"]?.integer == nil else { continue }
            throw .unreadable("keyboard", "Can't find field \"request_id\"")
        }
        if let app = button["web_app"] {
            try InlineButton.checkApp(app["url"]?.string ?? "", "keyboard button")
        }
    }
}

/// Telegram's rules for the buttons of an inline keyboard.
enum InlineButton {
    /// The keys that define a button's action.
    static let actions = [
        "url", "callback_data", "callback_game", "pay", "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat", "login_url", "web_app", "copy_text",
    ]

    private static let kind = "inline keyboard"

    static func check(_ button: JSON) throws(BotAPIError) {
        guard button.isObject else { throw .unreadable(kind, "InlineKeyboardButton must be an Object") }
        _ = try button.required("text", of: kind)
        for key in ["url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat"]
        where button[key] != nil {
            _ = try button.required(key, of: kind)
        }
        // Telegram treats an empty text as missing.
        let meant = actions.filter { key in
            guard let value = button[key] else { return false }
            return !["url", "callback_data"].contains(key) || value.string != ""
        }
        guard let action = meant.first else {
            throw .unreadable(kind, "Text buttons are unallowed in the inline keyboard")
        }
        switch action {
        case "url": try checkLink(button["url"]?.string ?? "")
        case "callback_data":
            guard (button["callback_data"]?.string ?? "").utf8.count <= 64 else {
                throw .badRequest("BUTTON_DATA_INVALID")
            }
        case "web_app": try checkApp(button["web_app"]?["url"]?.string ?? "", "inline keyboard button")
        case "copy_text":
            guard 1...256 ~= (button["copy_text"]?["text"]?.string ?? "").unicodeScalars.count else {
                throw .badRequest("BUTTON_COPY_TEXT_INVALID")
            }
        default: break
        }
    }

    private static func checkLink(_ url: String) throws(BotAPIError) {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts.count > 1 ? parts[0].lowercased() : "http"
        guard ["http", "https", "tg", "ton", "tonsite"].contains(scheme) else {
            throw .badRequest("inline keyboard button URL '\(url)' is invalid: Unsupported URL protocol")
        }
        let host = (parts.last ?? "").prefix { !"/?#".contains($0) }
        guard !scheme.hasPrefix("http") || host.contains(".") || host.hasPrefix("localhost") else {
            throw .badRequest("inline keyboard button URL '\(url)' is invalid: Wrong HTTP URL")
        }
    }

    static func checkApp(_ url: String, _ place: String) throws(BotAPIError) {
        guard url.lowercased().hasPrefix("https://") else {
            throw .badRequest("\(place) Web App URL '\(url)' is invalid: Only HTTPS links are allowed")
        }
    }
}

extension BotAPIError {
    /// - Parameter button: `inline keyboard` or `keyboard`.
    fileprivate static func unreadable(_ button: String, _ reason: String) -> BotAPIError {
        .badRequest("can't parse \(button) button: \(reason)")
    }
}

extension JSON {
    fileprivate func required(_ key: String, of button: String) throws(BotAPIError) -> String {
        guard let value = self[key] else { throw .unreadable(button, "Can't find field \"\(key)\"") }
        guard let text = value.string else {
            throw .unreadable(button, "Field \"\(key)\" must be of type String")
        }
        return text
    }

    /// False if the key is missing.
    func flag(_ key: String) throws(BotAPIError) -> Bool {
        guard let value = self[key] else { return false }
        guard let flag = value.bool else { throw .badRequest("field \"\(key)\" must be of type Boolean") }
        return flag
    }
}
