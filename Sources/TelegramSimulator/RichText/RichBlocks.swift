import BotAPI
import JSON

/// Makes `RichBlock` objects of elements.
///
/// - SeeAlso: https://core.telegram.org/bots/api#richblock
struct RichBlocks {
    private static let blocks: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "hr", "ul", "ol", "blockquote", "aside",
        "table",
        "details", "figure", "tg-collage", "tg-slideshow", "tg-map", "tg-math-block", "tg-button-row",
        "tg-thinking",
        "video", "audio", "tg-document", "div", "figcaption",
    ]

    private let context: RichContext
    private var inline: RichInline
    /// The files that the message brings for sources such as `tg://photo?id=…`.
    let media: RichMedia

    init(_ nodes: [RichNode], _ media: RichMedia, _ context: RichContext) {
        var anchors: Set<String> = []
        var references: Set<String> = []
        func collect(_ nodes: [RichNode]) {
            for case .element(let element) in nodes {
                if let name = element.attributes["name"] {
                    if element.name == "a" { anchors.insert(name) }
                    if element.name == "tg-reference" { references.insert(name) }
                }
                collect(element.children)
            }
        }
        collect(nodes)
        (self.context, self.media) = (context, media)
        inline = RichInline(context, anchors: anchors, references: references)
    }

    mutating func read(_ nodes: [RichNode]) throws(BotAPIError) -> [JSON] {
        var blocks: [JSON] = []
        var pending: [RichNode] = []
        for node in nodes {
            guard case .element(let element) = node, isBlock(element) else {
                pending.append(node)
                continue
            }
            blocks += try paragraph(pending)
            pending = []
            blocks += try read(element)
        }
        return blocks + (try paragraph(pending))
    }

    private func isBlock(_ element: RichElement) -> Bool {
        if element.name == "img" { return !isInline(element.attributes["src"] ?? "") }
        return Self.blocks.contains(element.name)
    }

    private func isInline(_ source: String) -> Bool {
        source.hasPrefix("tg://emoji") || source.hasPrefix("tg://time")
    }

    /// The text between blocks as a paragraph; a lone anchor as a block of its own.
    private mutating func paragraph(_ nodes: [RichNode]) throws(BotAPIError) -> [JSON] {
        let text = try inline.text(of: nodes)
        let parts = text.isArray ? text.elements : [text]
        if parts.allSatisfy({ $0["type"]?.string == "anchor" }) { return parts }
        return RichText.isEmpty(text) ? [] : [["type": "paragraph", "text": text]]
    }

    private mutating func read(_ element: RichElement) throws(BotAPIError) -> [JSON] {
        switch element.name {
        case "p":
            let blocks = try read(element.children)
            guard !blocks.isEmpty else { throw .rich("CONTENT_REQUIRED") }
            return blocks
        case "div", "figcaption": return try read(element.children)
        case "hr": return [["type": "divider"]]
        case "pre": return [try code(element)]
        case "footer": return [["type": "footer", "text": try required(element.children)]]
        case "ul", "ol": return try list(element)
        case "blockquote": return [try quote(element)]
        case "aside":
            var block: JSON = ["type": "pullquote", "text": try required(element.children(without: "cite"))]
            if let cite = element.child("cite") { block.set("credit", try inline.text(of: cite.children)) }
            return [block]
        case "table": return [try table(element)]
        case "details": return [try details(element)]
        case "figure": return try figure(element)
        case "tg-math-block":
            return [["type": "mathematical_expression", "expression": JSON(element.plainText.trimmed)]]
        case "tg-button-row": return [try buttons(element)]
        case "tg-thinking": return [try context.thinking(try required(element.children))]
        case "tg-collage", "tg-slideshow": return [try gallery(element)]
        case "tg-map": return [try RichMap.read(element)]
        case "img", "video", "audio", "tg-document": return [try file(element)]
        default:
            let size = Int64(element.name.dropFirst()) ?? 1
            return [["type": "heading", "text": try required(element.children), "size": JSON(size)]]
        }
    }

    private mutating func required(_ nodes: [RichNode]) throws(BotAPIError) -> JSON {
        let text = try inline.text(of: nodes)
        guard !RichText.isEmpty(text) else { throw .rich("CONTENT_REQUIRED") }
        return text
    }

    private mutating func requiredBlocks(_ nodes: [RichNode]) throws(BotAPIError) -> JSON {
        let blocks = try read(nodes)
        guard !blocks.isEmpty else { throw .rich("CONTENT_REQUIRED") }
        return JSON(blocks)
    }

    // MARK: blocks with text

    private func code(_ element: RichElement) throws(BotAPIError) -> JSON {
        var text = element.plainText
        if text.hasPrefix("\n") { text.removeFirst() }
        while text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw .rich("CONTENT_REQUIRED") }
        var block: JSON = ["type": "pre", "text": JSON(text)]
        if let name = element.child("code")?.attributes["class"], name.hasPrefix("language-") {
            block.set("language", JSON(String(name.dropFirst(9))))
        }
        return block
    }

    private mutating func quote(_ element: RichElement) throws(BotAPIError) -> JSON {
        let isExpandable = element.attributes["expandable"] != nil
        var block: JSON = ["type": isExpandable ? "expandable_blockquote" : "blockquote"]
        block.set("blocks", try requiredBlocks(element.children(without: "cite")))
        if let cite = element.child("cite") { block.set("credit", try inline.text(of: cite.children)) }
        return block
    }

    private mutating func details(_ element: RichElement) throws(BotAPIError) -> JSON {
        var block: JSON = ["type": "details"]
        block.set("summary", try required(element.child("summary")?.children ?? []))
        block.set("blocks", try requiredBlocks(element.children(without: "summary")))
        if element.attributes["open"] != nil { block.set("is_open", true) }
        return block
    }

    private mutating func buttons(_ element: RichElement) throws(BotAPIError) -> JSON {
        var buttons: [JSON] = []
        for case .element(let child) in element.children where child.name == "tg-button" {
            buttons.append(try RichButton.read(child, try inline.text(ofButton: child)))
        }
        guard 1...8 ~= buttons.count else { throw .rich("CONTENT_REQUIRED") }
        var block: JSON = ["type": "buttons", "buttons": JSON(buttons)]
        if let align = element.attributes["align"] { block.set("align", JSON(align)) }
        return block
    }

    // MARK: lists and tables

    private mutating func list(_ element: RichElement) throws(BotAPIError) -> [JSON] {
        let items = element.children.compactMap { node in
            if case .element(let item) = node, item.name == "li" { item } else { RichElement?.none }
        }
        guard !items.isEmpty else { return [] }
        var numbers = RichNumbers(element, count: items.count)
        var list: [JSON] = []
        for item in items {
            var entry = numbers.next(item)
            let checkbox = item.child("input")
            if let checkbox, checkbox.attributes["type"] == "checkbox" {
                entry.set("has_checkbox", true)
                if checkbox.attributes["checked"] != nil { entry.set("is_checked", true) }
            }
            let blocks = try read(item.children(without: "input"))
            entry.set("blocks", JSON(blocks.isEmpty ? [["type": "paragraph", "text": ""]] : blocks))
            list.append(entry)
        }
        return [["type": "list", "items": JSON(list)]]
    }

    private mutating func table(_ element: RichElement) throws(BotAPIError) -> JSON {
        var block: JSON = ["type": "table", "cells": JSON(try rows(element))]
        for (flag, key) in [
            ("bordered", "is_bordered"), ("striped", "is_striped"), ("compact", "is_compact"),
        ]
        where element.attributes[flag] != nil { block.set(key, true) }
        if let caption = element.child("caption") {
            block.set("caption", try inline.text(of: caption.children))
        }
        return block
    }

    private mutating func rows(_ element: RichElement) throws(BotAPIError) -> [JSON] {
        var rows: [JSON] = []
        for case .element(let child) in element.children {
            if ["thead", "tbody", "tfoot"].contains(child.name) { rows += try self.rows(child) }
            guard child.name == "tr" else { continue }
            var cells: [JSON] = []
            for case .element(let cell) in child.children where cell.name == "td" || cell.name == "th" {
                let text = try inline.text(of: cell.children)
                cells.append(try RichCell.json(text, isHeader: cell.name == "th", cell.attributes))
            }
            rows.append(JSON(cells))
        }
        return rows
    }

    // MARK: files

    private mutating func figure(_ element: RichElement) throws(BotAPIError) -> [JSON] {
        guard let caption = element.child("figcaption") else { return try read(element.children) }
        var blocks = try read(element.children(without: "figcaption"))
        guard !blocks.isEmpty else { throw .rich("CONTENT_REQUIRED") }
        blocks[0].set("caption", try self.caption(caption))
        return blocks
    }

    private mutating func caption(_ element: RichElement) throws(BotAPIError) -> JSON {
        var caption: JSON = ["text": try inline.text(of: element.children(without: "cite"))]
        if let cite = element.child("cite") { caption.set("credit", try inline.text(of: cite.children)) }
        return caption
    }

    private mutating func gallery(_ element: RichElement) throws(BotAPIError) -> JSON {
        let blocks = try read(element.children(without: "figcaption"))
        guard !blocks.isEmpty else { throw .rich("CONTENT_REQUIRED") }
        var block: JSON = ["type": JSON(String(element.name.dropFirst(3))), "blocks": JSON(blocks)]
        if let caption = element.child("figcaption") { block.set("caption", try self.caption(caption)) }
        return block
    }

    private func file(_ element: RichElement) throws(BotAPIError) -> JSON {
        let isHidden = element.attributes["tg-spoiler"] != nil
        var block = try media.block(
            element.name, element.attributes["src"] ?? "", isHidden: isHidden, context)
        // Markdown's title.
        if let title = element.attributes["title"], !title.isEmpty {
            block.set("caption", ["text": JSON(title)])
        }
        return block
    }
}

extension String {
    fileprivate var trimmed: String {
        let bytes = Array(utf8)
        return String(decoding: bytes[...].trimmed, as: UTF8.self)
    }
}
