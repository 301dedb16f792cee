import BotAPI
import JSON

/// Reads `InputRichBlock` objects, and makes `RichBlock` objects of them. Unknown keys are ignored.
///
/// - SeeAlso: https://core.telegram.org/bots/api#inputrichblock
struct RichBlockReader {
    let context: RichContext

    private static let styles: Set = [
        "bold", "italic", "underline", "strikethrough", "spoiler", "subscript", "superscript", "marked",
        "code",
    ]
    /// The types of text with one more key.
    private static let keys = [
        "url": "url", "email_address": "email_address", "phone_number": "phone_number", "reference": "name",
        "reference_link": "reference_name", "anchor_link": "anchor_name",
    ]
    /// The types that Telegram finds itself. Only their text counts.
    private static let found: Set = ["mention", "hashtag", "cashtag", "bot_command", "bank_card_number"]
    private static let depthLimit = 64

    func blocks(_ values: JSON, _ depth: Int = 0) throws(BotAPIError) -> JSON {
        guard depth < Self.depthLimit else { throw .rich("DEPTH_INVALID") }
        guard values.isArray else { throw .unreadableBlock("Field \"blocks\" must be of type Array") }
        var blocks: [JSON] = []
        for value in values.elements { blocks.append(try block(value, depth + 1)) }
        return JSON(blocks)
    }

    private func block(_ value: JSON, _ depth: Int) throws(BotAPIError) -> JSON {
        guard value.isObject else { throw .badRequest("object expected as InputRichMessageBlock") }
        let type = try string("type", of: value)
        var block: JSON = ["type": JSON(type)]
        switch type {
        case "paragraph", "footer": block.set("text", try text("text", of: value, depth))
        case "heading":
            block.set("text", try text("text", of: value, depth))
            guard let size = value["size"] else { throw .unreadableBlock("Can't find field \"size\"") }
            guard let number = size.integer, 1...6 ~= number else {
                throw .unreadableBlock("Invalid section heading size specified")
            }
            block.set("size", size)
        case "pre":
            block.set("text", try text("text", of: value, depth, isCode: true))
            if let language = value["language"]?.string, !language.isEmpty {
                block.set("language", JSON(language))
            }
        case "divider": break
        case "mathematical_expression": block.set("expression", JSON(try string("expression", of: value)))
        case "anchor": block.set("name", JSON(try string("name", of: value)))
        case "list": block.set("items", try items(value["items"], depth))
        case "blockquote", "expandable_blockquote": try readQuote(value, into: &block, depth)
        case "pullquote":
            block.set("text", try text("text", of: value, depth))
            try readCredit(value, into: &block, depth)
        case "collage", "slideshow":
            block.set("blocks", try requiredBlocks(value, depth))
            try readCaption(value, into: &block, depth)
        case "table": try readTable(value, into: &block, depth)
        case "details":
            block.set("summary", try text("summary", of: value, depth))
            block.set("blocks", try requiredBlocks(value, depth))
            if value["is_open"]?.bool == true { block.set("is_open", true) }
        case "map":
            let place = value["location"].map(Arguments.init)
            let properties = Arguments(value)
            block = try RichMap.json(
                latitude: place?.real("latitude"), longitude: place?.real("longitude"),
                zoom: properties.real("zoom"), width: properties.real("width"),
                height: properties.real("height"))
            try readCaption(value, into: &block, depth)
        case "buttons": try readButtons(value, into: &block, depth)
        case "thinking": return try context.thinking(try text("text", of: value, depth))
        default:
            guard RichContext.mediaKinds.contains(type) else {
                throw .unreadableBlock("type \"\(type)\" is unsupported")
            }
            guard let media = value[type], media.isObject else {
                throw .unreadableBlock("Can't find field \"\(type)\"")
            }
            block = try context.mediaBlock(type, media)
            try readCaption(value, into: &block, depth)
        }
        return block
    }

    // MARK: parts of blocks

    private func string(_ key: String, of value: JSON) throws(BotAPIError) -> String {
        guard let field = value[key] else { throw .unreadableBlock("Can't find field \"\(key)\"") }
        guard let text = field.string else {
            throw .unreadableBlock("Field \"\(key)\" must be of type String")
        }
        return text
    }

    private func requiredBlocks(_ value: JSON, _ depth: Int) throws(BotAPIError) -> JSON {
        guard let values = value["blocks"] else { throw .unreadableBlock("Can't find field \"blocks\"") }
        let blocks = try blocks(values, depth)
        guard blocks.count > 0 else { throw .rich("CONTENT_REQUIRED") }
        return blocks
    }

    private func items(_ values: JSON?, _ depth: Int) throws(BotAPIError) -> JSON {
        guard let values, values.count > 0 else { throw .unreadableBlock("List must be non-empty") }
        let isOrdered = values.elements.map { $0["type"]?.string ?? "" != "" }
        guard Set(isOrdered).count == 1 else {
            throw .unreadableBlock("List must be either ordered or unordered")
        }
        var items: [JSON] = []
        for (index, value) in values.elements.enumerated() {
            guard value.isObject else { throw .badRequest("object expected as InputRichBlockListItem") }
            let type = value["type"]?.string ?? ""
            guard ["", "1", "a", "A", "i", "I"].contains(type) else {
                throw .unreadableBlock("Invalid list item type specified")
            }
            let number = Arguments(value).integer("value") ?? Int64(index + 1)
            var item: JSON = type.isEmpty ? ["label": "•"] : RichNumbers.item(number, type)
            for flag in ["has_checkbox", "is_checked"] where value[flag]?.bool == true {
                item.set(flag, true)
            }
            let blocks = try blocks(value["blocks"] ?? [], depth)
            item.set("blocks", blocks.count > 0 ? blocks : [["type": "paragraph", "text": ""]])
            items.append(item)
        }
        return JSON(items)
    }

    /// Since Bot API 10.5, an expandable quotation has blocks; before, it had a text.
    private func readQuote(_ value: JSON, into block: inout JSON, _ depth: Int) throws(BotAPIError) {
        if value["blocks"] == nil, value["type"]?.string == "expandable_blockquote" {
            block.set("blocks", [["type": "paragraph", "text": try text("text", of: value, depth)]])
        } else {
            block.set("blocks", try requiredBlocks(value, depth))
        }
        try readCredit(value, into: &block, depth)
    }

    private func readCredit(_ value: JSON, into block: inout JSON, _ depth: Int) throws(BotAPIError) {
        if let credit = value["credit"] { block.set("credit", try text(credit, depth)) }
    }

    private func readCaption(_ value: JSON, into block: inout JSON, _ depth: Int) throws(BotAPIError) {
        guard let given = value["caption"] else { return }
        guard given.isObject else { throw .unreadableBlock("RichBlockCaption must be an object") }
        var caption: JSON = ["text": try text(given["text"] ?? "", depth)]
        try readCredit(given, into: &caption, depth)
        block.set("caption", caption)
    }

    private func readTable(_ value: JSON, into block: inout JSON, _ depth: Int) throws(BotAPIError) {
        guard let rows = value["cells"] else { throw .unreadableBlock("Can't find field \"cells\"") }
        var cells: [JSON] = []
        for row in rows.elements {
            guard row.isArray else { throw .unreadableBlock("Field \"cells\" must be an Array of Arrays") }
            var line: [JSON] = []
            for cell in row.elements {
                guard cell.isObject else { throw .unreadableBlock("RichBlockTableCell must be an object") }
                var properties: [String: String] = [:]
                for key in ["colspan", "rowspan", "align", "valign"] where cell[key] != nil {
                    properties[key] = Arguments(cell).text(key)
                }
                let content = try text(cell["text"] ?? "", depth)
                line.append(try RichCell.json(content, isHeader: cell["is_header"]?.bool == true, properties))
            }
            cells.append(JSON(line))
        }
        block.set("cells", JSON(cells))
        for flag in ["is_bordered", "is_striped", "is_compact"] where value[flag]?.bool == true {
            block.set(flag, true)
        }
        if let caption = value["caption"] { block.set("caption", try text(caption, depth)) }
    }

    private func readButtons(_ value: JSON, into block: inout JSON, _ depth: Int) throws(BotAPIError) {
        let buttons = value["buttons"]?.elements ?? []
        guard !buttons.isEmpty else { throw .unreadableBlock("Button row must be non-empty") }
        guard buttons.count <= 8 else { throw .unreadableBlock("Too many buttons in a row") }
        for button in buttons { try RichButton.check(button) }
        block.set("buttons", JSON(buttons))
        if let align = value["align"]?.string {
            guard ["left", "center", "right"].contains(align) else {
                throw .unreadableBlock("Invalid horizontal alignment specified")
            }
            block.set("align", JSON(align))
        }
    }

    // MARK: text

    /// A block's text, which may not be empty.
    private func text(
        _ key: String, of value: JSON, _ depth: Int, isCode: Bool = false
    ) throws(BotAPIError) -> JSON {
        guard let given = value[key] else { throw .unreadableBlock("Can't find field \"\(key)\"") }
        let text = try text(given, depth, isSearched: !isCode)
        guard !RichText.isEmpty(text) || value["type"]?.string == "paragraph" else {
            throw .rich("CONTENT_REQUIRED")
        }
        return text
    }

    private func text(_ value: JSON, _ depth: Int, isSearched: Bool = true) throws(BotAPIError) -> JSON {
        guard depth < Self.depthLimit else { throw .rich("DEPTH_INVALID") }
        var parts: [JSON] = []
        for part in value.isArray ? value.elements : [value] {
            parts.append(try self.part(part, depth, isSearched))
        }
        return RichText.joined(parts, isSearched: isSearched && context.isSearched)
    }

    private func part(_ value: JSON, _ depth: Int, _ isSearched: Bool) throws(BotAPIError) -> JSON {
        if value.string != nil { return value }
        if value.isArray { return try text(value, depth + 1, isSearched: false) }
        guard value.isObject else { throw .unreadableBlock("Invalid rich text specified") }
        let type = try string("type", of: value)
        func content(_ isSearched: Bool) throws(BotAPIError) -> JSON {
            guard let text = value["text"] else { throw .unreadableBlock("Can't find field \"text\"") }
            return try self.text(text, depth + 1, isSearched: isSearched)
        }
        if Self.found.contains(type) { return try content(false) }
        var part: JSON = ["type": JSON(type)]
        switch type {
        case "anchor": part.set("name", JSON(try string("name", of: value)))
        case "mathematical_expression": part.set("expression", JSON(try string("expression", of: value)))
        case "custom_emoji":
            let id = Arguments(value).text("custom_emoji_id")
            guard MarkupLink.exactInteger(id) != nil else {
                throw .unreadableBlock("Field \"custom_emoji_id\" must be a valid Number")
            }
            let alternative = value["alternative_text"]?.string ?? ""
            guard RichText.mayStand(alternative) else {
                throw .rich("EMOJI_INVALID")
            }
            part.set("custom_emoji_id", JSON(id))
            part.set("alternative_text", JSON(alternative))
        case "button":
            guard let button = value["button"] else { throw .unreadableBlock("Can't find field \"button\"") }
            try RichButton.check(button)
            part.set("button", button)
        case "text_mention":
            let text = try content(false)
            guard let user = (value["user"]?["id"]?.integer).flatMap(context.user) else { return text }
            part.set("text", text)
            part.set("user", user)
        case "date_time":
            let format = MarkupLink.timeFormat(value["date_time_format"]?.string ?? "")
            guard let format else { throw .unreadableBlock("Invalid date-time format specified") }
            guard let time = value["unix_time"]?.integer, 0...Int64(Int32.max) ~= time else {
                throw .unreadableBlock("Invalid date specified")
            }
            part.set("text", try content(false))
            part.set("unix_time", JSON(time))
            part.set("date_time_format", JSON(format))
        default:
            guard let key = Self.keys[type] else {
                guard Self.styles.contains(type) else {
                    throw .unreadableBlock("type \"\(type)\" is unsupported")
                }
                let text = try content(isSearched && type != "code")
                if RichText.isEmpty(text) { return "" }
                part.set("text", text)
                break
            }
            part.set("text", try content(false))
            let target = try string(key, of: value)
            guard type != "url" || MarkupLink.checked(target) != nil else { throw .rich("URL_INVALID") }
            part.set(key, JSON(target))
        }
        return part
    }
}
