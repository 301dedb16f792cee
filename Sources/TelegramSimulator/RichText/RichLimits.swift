import BotAPI
import JSON

/// Checks a rich message's limits, as far as Telegram documents them.
struct RichLimits {
    private var characters = 0
    private var blocks = 0
    private var media = 0
    private var depth = 0
    private var columns = 0
    /// Whether there is something to see besides dividers and anchors.
    private var isVisible = false

    static func check(_ blocks: JSON) throws(BotAPIError) {
        var limits = RichLimits()
        limits.count(blocks: blocks, 1)
        guard limits.depth <= 16 else { throw .rich("DEPTH_INVALID") }
        guard limits.blocks <= 500 else { throw .rich("BLOCKS_TOO_MANY") }
        guard limits.characters <= 32_768 else { throw .rich("TEXT_TOO_LONG") }
        guard limits.media <= 50 else { throw .rich("MEDIA_TOO_MANY") }
        guard limits.columns <= 20 else { throw .rich("TABLE_COLS_TOO_MANY") }
        guard limits.isVisible else { throw .rich("EMPTY") }
    }

    private mutating func count(blocks values: JSON, _ level: Int) {
        for block in values.elements {
            blocks += 1
            depth = max(depth, level)
            switch block["type"]?.string ?? "" {
            case "divider", "anchor": break
            case "map", "buttons", "mathematical_expression": isVisible = true
            case "table": count(table: block)
            case "list":
                for item in block["items"]?.elements ?? [] {
                    blocks += 1
                    count(blocks: item["blocks"] ?? [], level + 1)
                }
            case let type where RichContext.mediaKinds.contains(type):
                isVisible = true
                media += 1
            default: break
            }
            characters += block["expression"]?.string?.unicodeScalars.count ?? 0
            for key in ["text", "summary", "credit"] { block[key].map { count(text: $0, level) } }
            if let caption = block["caption"] {
                count(text: caption["text"] ?? caption, level)
                caption["credit"].map { count(text: $0, level) }
            }
            block["blocks"].map { count(blocks: $0, level + 1) }
        }
    }

    private mutating func count(table: JSON) {
        for row in table["cells"]?.elements ?? [] {
            blocks += 1
            columns = max(columns, row.elements.reduce(0) { $0 + Int($1["colspan"]?.integer ?? 1) })
            for cell in row.elements { cell["text"].map { count(text: $0, 1) } }
        }
    }

    private mutating func count(text: JSON, _ level: Int) {
        depth = max(depth, level)
        if let string = text.string {
            characters += string.unicodeScalars.count
            isVisible = isVisible || string.unicodeScalars.contains { !$0.properties.isWhitespace }
        } else if text.isArray {
            for part in text.elements { count(text: part, level) }
        } else {
            for key in ["alternative_text", "expression"] {
                guard let string = text[key]?.string else { continue }
                characters += string.unicodeScalars.count
                isVisible = true
            }
            (text["text"] ?? text["button"]?["text"]).map { count(text: $0, level + 1) }
        }
    }
}
