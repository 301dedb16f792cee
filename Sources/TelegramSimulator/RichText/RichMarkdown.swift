/// Reads rich Markdown: GitHub's, with Telegram's additions, and with HTML anywhere.
///
/// - SeeAlso: https://core.telegram.org/bots/api#inputrichmessage
struct RichMarkdown {
    typealias Line = ArraySlice<UInt8>

    /// Deeper quotes and lists are read as text. Telegram refuses them anyway.
    private static let depthLimit = 40
    private var tree = RichTree()
    /// The names of footnotes, in the order of their numbers.
    private var footnotes: [String] = []
    private var definitions: [(name: String, lines: [Line])] = []

    /// - Returns: the tree of elements; nil if it is too deep.
    static func read(_ text: String) -> [RichNode]? {
        var reader = RichMarkdown()
        reader.read(MarkdownLine.lines(of: Array(text.utf8)), 0)
        reader.putDefinitions()
        return reader.tree.isTooDeep ? nil : reader.tree.finish()
    }

    private mutating func read(_ lines: [Line], _ depth: Int) {
        guard depth < Self.depthLimit else {
            // Makes the tree too deep, so that the message is refused.
            for _ in 0..<100 { tree.begin("blockquote") }
            return
        }
        var index = 0
        while index < lines.count {
            let line = lines[index]
            if line.isBlank {
                index += 1
            } else if let next = readLeaf(lines, index) ?? readContainer(lines, index, depth) {
                index = next
            } else {
                index = readParagraph(lines, index)
            }
        }
    }

    // MARK: blocks without others in them

    private mutating func readLeaf(_ lines: [Line], _ index: Int) -> Int? {
        let line = lines[index]
        if let (fence, language) = line.fence { return readCode(lines, index, fence, language) }
        if line.indentation >= 4 { return readIndentedCode(lines, index) }
        if let (level, text) = line.heading {
            if !text.isBlank {
                tree.begin("h\(level)")
                readInline(text)
                tree.end("h\(level)")
            }
            return index + 1
        }
        if line.isRule {
            tree.begin("hr")
            return index + 1
        }
        return readFormula(lines, index) ?? readTable(lines, index) ?? readHTML(lines, index)
    }

    private mutating func readCode(_ lines: [Line], _ index: Int, _ fence: Line, _ language: String) -> Int {
        let indentation = lines[index].indentation
        var content: [Line] = []
        var next = index + 1
        while next < lines.count, !lines[next].closes(fence) {
            content.append(lines[next].dropping(spaces: indentation))
            next += 1
        }
        let text = String(decoding: MarkdownLine.joined(content), as: UTF8.self)
        if language == "math" {
            put(text, in: "tg-math-block")
        } else {
            tree.begin("pre")
            put(text, in: "code", language.isEmpty ? [:] : ["class": "language-\(language)"])
            tree.end("pre")
        }
        return min(next + 1, lines.count)
    }

    private mutating func readIndentedCode(_ lines: [Line], _ index: Int) -> Int {
        var next = index
        while next < lines.count, lines[next].isBlank || lines[next].indentation >= 4 { next += 1 }
        while lines[next - 1].isBlank { next -= 1 }
        let content = lines[index..<next].map { $0.dropping(spaces: 4) }
        put(String(decoding: MarkdownLine.joined(content), as: UTF8.self), in: "pre")
        return next
    }

    /// `$$…$$` in lines of its own.
    private mutating func readFormula(_ lines: [Line], _ index: Int) -> Int? {
        let line = lines[index].trimmed
        guard line.starts(with: "$$".utf8) else { return nil }
        var content: [UInt8] = []
        for next in index..<lines.count {
            let part = next == index ? line.dropFirst(2) : lines[next].trimmed
            if part.isBlank, next > index { return nil }
            if part.suffix(2).elementsEqual("$$".utf8) {
                put(String(decoding: content + part.dropLast(2), as: UTF8.self), in: "tg-math-block")
                return next + 1
            }
            content += part + [0x0A]
        }
        return nil
    }

    private mutating func readTable(_ lines: [Line], _ index: Int) -> Int? {
        guard index + 1 < lines.count, lines[index].contains(UInt8(ascii: "|")) else { return nil }
        let header = lines[index].cells
        guard let alignments = lines[index + 1].alignments, alignments.count == header.count else {
            return nil
        }
        tree.begin("table")
        putRow(header, "th", alignments)
        var next = index + 2
        while next < lines.count, !lines[next].isBlank, !startsBlock(lines, next) {
            putRow(lines[next].cells, "td", alignments)
            next += 1
        }
        tree.end("table")
        return next
    }

    private mutating func putRow(_ cells: [[UInt8]], _ name: String, _ alignments: [String]) {
        tree.begin("tr")
        for (column, alignment) in alignments.enumerated() {
            tree.begin(name, alignment.isEmpty ? [:] : ["align": alignment])
            if column < cells.count { readInline(cells[column][...]) }
            tree.end(name)
        }
        tree.end("tr")
    }

    private mutating func readHTML(_ lines: [Line], _ index: Int) -> Int? {
        let line = lines[index].trimmed
        guard line.first == UInt8(ascii: "<") else { return nil }
        let html = RichHTML(Array(line))
        if let next = html.comment(at: 0), next == html.bytes.count { return index + 1 }
        guard let (tag, _) = html.tag(at: 0), MarkdownLine.blocks.contains(tag.name) else { return nil }
        guard !tag.isEnd, MarkdownLine.raw.contains(tag.name) else {
            readInline(line)
            tree.text("\n")
            return index + 1
        }
        let end = Array("</\(tag.name)>".utf8)
        var next = index
        while next < lines.count, !lines[next].containsTag(end) { next += 1 }
        let content = lines[index..<min(next + 1, lines.count)]
        RichHTML(MarkdownLine.joined(content)).read(into: &tree)
        tree.end(tag.name)
        return min(next + 1, lines.count)
    }

    // MARK: quotes, lists and footnotes

    private mutating func readContainer(_ lines: [Line], _ index: Int, _ depth: Int) -> Int? {
        if lines[index].isQuote { return readQuote(lines, index, depth) }
        if let marker = ListMarker(lines[index]) { return readList(lines, index, marker, depth) }
        return readDefinition(lines, index)
    }

    private mutating func readQuote(_ lines: [Line], _ index: Int, _ depth: Int) -> Int {
        var content: [Line] = []
        var next = index
        while next < lines.count {
            if lines[next].isQuote {
                let rest = lines[next].trimmed.dropFirst()
                content.append(rest.first == 0x20 ? rest.dropFirst() : rest)
            } else if !lines[next].isBlank, !startsBlock(lines, next), content.last?.isBlank == false {
                content.append(lines[next])
            } else {
                break
            }
            next += 1
        }
        tree.begin("blockquote")
        read(content, depth + 1)
        tree.end("blockquote")
        return next
    }

    private mutating func readList(_ lines: [Line], _ index: Int, _ first: ListMarker, _ depth: Int) -> Int {
        let name = first.number == nil ? "ul" : "ol"
        tree.begin(name, first.number.map { $0 == 1 ? [:] : ["start": String($0)] } ?? [:])
        var next = index
        while next < lines.count, let marker = ListMarker(lines[next]), marker.isSibling(of: first),
            !lines[next].isRule
        {
            next = readItem(lines, next, marker, depth)
        }
        tree.end(name)
        return next
    }

    private mutating func readItem(_ lines: [Line], _ index: Int, _ marker: ListMarker, _ depth: Int) -> Int {
        var content = [lines[index].dropFirst(marker.length)]
        var next = index + 1
        while next < lines.count {
            let line = lines[next]
            if line.isBlank {
                let following = lines[next...].first { !$0.isBlank }
                guard let following, following.indentation >= marker.width else { break }
                content.append([])
            } else if line.indentation >= marker.width {
                content.append(line.dropping(spaces: marker.width))
            } else if content.last?.isBlank == false, !startsBlock(lines, next), ListMarker(line) == nil {
                content.append(line)
            } else {
                break
            }
            next += 1
        }
        tree.begin("li")
        if let (isChecked, rest) = content[0].checkbox {
            tree.begin("input", isChecked ? ["type": "checkbox", "checked": ""] : ["type": "checkbox"])
            content[0] = rest
        }
        read(content, depth + 1)
        tree.end("li")
        while next < lines.count, lines[next].isBlank,
            lines[next...].first(where: { !$0.isBlank }).map({
                ListMarker($0)?.isSibling(of: marker) == true
            }) == true
        { next += 1 }
        return next
    }

    private mutating func readDefinition(_ lines: [Line], _ index: Int) -> Int? {
        guard let (name, rest) = lines[index].footnote else { return nil }
        var content = [rest]
        var next = index + 1
        while next < lines.count, !lines[next].isBlank, lines[next].footnote == nil, !startsBlock(lines, next)
        {
            content.append(lines[next].trimmed)
            next += 1
        }
        definitions.append((name, content))
        return next
    }

    /// Telegram has the footnotes at the end.
    private mutating func putDefinitions() {
        for definition in definitions {
            tree.begin("p")
            tree.begin("tg-reference", ["name": definition.name])
            readInline(MarkdownLine.joined(definition.lines)[...])
            tree.end("tg-reference")
            tree.end("p")
        }
    }

    // MARK: paragraphs

    private mutating func readParagraph(_ lines: [Line], _ index: Int) -> Int {
        var next = index + 1
        var level: Int?
        while next < lines.count, !lines[next].isBlank, level == nil {
            level = lines[next].underlineLevel
            if level == nil, startsBlock(lines, next) { break }
            next += 1
        }
        let content = lines[index..<(level == nil ? next : next - 1)].map(\.withoutIndentation)
        let name = level.map { "h\($0)" } ?? "p"
        tree.begin(name)
        readInline(MarkdownLine.joined(content)[...])
        tree.end(name)
        return next
    }

    /// Whether a line ends the paragraph before it.
    private func startsBlock(_ lines: [Line], _ index: Int) -> Bool {
        let line = lines[index]
        if line.fence != nil || line.heading != nil || line.isRule || line.isQuote { return true }
        if let marker = ListMarker(line) { return marker.number ?? 1 == 1 && !marker.isEmpty }
        let start = line.trimmed
        guard start.first == UInt8(ascii: "<"), let (tag, _) = RichHTML(Array(start)).tag(at: 0) else {
            return start.starts(with: "$$".utf8) || line.footnote != nil
        }
        return MarkdownLine.blocks.contains(tag.name)
    }

    private mutating func put(_ text: String, in name: String, _ attributes: [String: String] = [:]) {
        tree.begin(name, attributes)
        tree.text(text)
        tree.end(name)
    }

    private mutating func readInline(_ source: Line) {
        var inline = RichInlineMarkdown(Array(source), footnotes: footnotes)
        inline.read(into: &tree)
        footnotes = inline.footnotes
    }
}
