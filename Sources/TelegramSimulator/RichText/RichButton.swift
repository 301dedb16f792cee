import BotAPI
import JSON

/// A `RichMessageButton`.
enum RichButton {
    /// Reads `<tg-button type="callback_data" data="…" style="…">`.
    static func read(_ element: RichElement, _ text: JSON) throws(BotAPIError) -> JSON {
        let type = element.attributes["type"] ?? ""
        var button: JSON = ["text": text]
        if let style = element.attributes["style"], !style.isEmpty { button.set("style", JSON(style)) }
        let value =
            element.attributes["data"] ?? element.attributes["url"] ?? element.attributes["text"] ?? ""
        switch type {
        case "disabled": button.set("disabled", [:])
        case "web_app": button.set(type, ["url": JSON(value)])
        case "copy_text": button.set(type, ["text": JSON(value)])
        default: button.set(type.isEmpty ? "callback_data" : type, JSON(value))
        }
        try check(button)
        return button
    }

    static func check(_ button: JSON) throws(BotAPIError) {
        guard button.isObject else { throw .unreadableBlock("InlineButton must be an Object") }
        let style = button["style"]?.string ?? ""
        guard ["", "primary", "success", "danger", "link"].contains(style) else {
            throw .unreadableBlock("Invalid button style specified")
        }
        guard style != "link" || button["callback_data"] != nil else {
            throw .unreadableBlock("Only callback buttons can have the link style")
        }
        if button["disabled"] != nil { return }
        var plain = button
        // A rich text is checked elsewhere.
        plain.set("text", "x")
        try InlineButton.check(plain)
    }
}

extension BotAPIError {
    static func unreadableBlock(_ reason: String) -> BotAPIError {
        .badRequest("can't parse InputRichBlock: \(reason)")
    }
}
