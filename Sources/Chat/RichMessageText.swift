import JSON

/// Shows a `RichMessage` as lines of text, close to Markdown.
enum RichMessageText {
    static func lines(of message: JSON) -> [String] { lines(ofBlocks: message["blocks"]) }

    private static func lines(ofBlocks blocks: JSON?) -> [String] {
        (blocks?.elements ?? []).flatMap(lines(ofBlock:))
    }

    private static func lines(ofBlock block: JSON) -> [String] {
        let type = block["type"]?.string ?? ""
        switch type {
        case "paragraph", "footer", "thinking": return split(text(block["text"]))
        case "heading":
            let level = Int(min(max(block["size"]?.integer ?? 1, 1), 6))
            let title = text(block["text"]).replacing("\n", with: " ")
            return ["\(String(repeating: "#", count: level)) \(title)"]
        case "pre": return split(text(block["text"])).map { "    \($0)" }
        case "divider": return ["---"]
        case "anchor": return []
        case "mathematical_expression": return ["$$\(block["expression"]?.string ?? "")$$"]
        case "list": return (block["items"]?.elements ?? []).flatMap(item)
        case "blockquote", "expandable_blockquote":
            return lines(ofBlocks: block["blocks"]).map { "> \($0)" } + credit(block)
        case "pullquote": return split(text(block["text"])).map { "> \($0)" } + credit(block)
        case "table": return table(block)
        case "details":
            let mark = block["is_open"]?.bool == true ? "▾" : "▸"
            return ["\(mark) \(text(block["summary"]))"] + lines(ofBlocks: block["blocks"]).map { "  \($0)" }
        case "collage", "slideshow": return ["[\(type)]"] + lines(ofBlocks: block["blocks"]) + caption(block)
        case "map":
            let place = ["latitude", "longitude"].map { block["location"]?[$0]?.description ?? "" }
            return ["[map \(place.joined(separator: ", "))]"] + caption(block)
        case "buttons":
            return [(block["buttons"]?.elements ?? []).map { "[\(text($0["text"]))]" }.joined(separator: " ")]
        default: return ["[\(type.replacing("_", with: " "))]"] + caption(block)
        }
    }

    private static func item(_ item: JSON) -> [String] {
        let isChecked = item["is_checked"]?.bool == true
        let box = item["has_checkbox"]?.bool == true ? isChecked ? "[x] " : "[ ] " : ""
        let label = item["label"]?.string ?? "•"
        let lines = lines(ofBlocks: item["blocks"])
        return lines.enumerated().map { index, line in index == 0 ? "\(label) \(box)\(line)" : "  \(line)" }
    }

    private static func table(_ table: JSON) -> [String] {
        let title = table["caption"].map { [text($0)] } ?? []
        let rows = (table["cells"]?.elements ?? []).map { row in
            "| \(row.elements.map { text($0["text"]) }.joined(separator: " | ")) |"
        }
        return title + rows
    }

    private static func caption(_ block: JSON) -> [String] {
        guard let caption = block["caption"] else { return [] }
        return split(text(caption["text"])) + credit(caption)
    }

    private static func credit(_ value: JSON) -> [String] { value["credit"].map { ["— \(text($0))"] } ?? [] }

    private static func split(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func text(_ text: JSON?) -> String {
        guard let text else { return "" }
        if let string = text.string { return string }
        if text.isArray { return text.elements.map { self.text($0) }.joined() }
        let content = self.text(text["text"])
        switch text["type"]?.string {
        case "url":
            return text["url"]?.string == content ? content : "\(content) (\(text["url"]?.string ?? ""))"
        case "custom_emoji": return text["alternative_text"]?.string ?? ""
        case "mathematical_expression": return "$\(text["expression"]?.string ?? "")$"
        case "button": return "[\(self.text(text["button"]?["text"]))]"
        default: return content
        }
    }
}
