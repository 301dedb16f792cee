/// A part of a rich message's markup. Rich Markdown is read as the same elements as rich HTML.
enum RichNode {
    case text(String)
    case element(RichElement)

    /// The text in it, without elements.
    var plainText: String {
        switch self {
        case .text(let text): text
        case .element(let element): element.plainText
        }
    }
}

struct RichElement {
    /// In lower case, such as `blockquote`.
    let name: String
    var attributes: [String: String] = [:]
    var children: [RichNode] = []

    var plainText: String { children.map(\.plainText).joined() }

    /// The first child element with a name.
    func child(_ name: String) -> RichElement? {
        for case .element(let element) in children where element.name == name { return element }
        return nil
    }

    /// The children without the elements with a name.
    func children(without name: String) -> [RichNode] {
        children.filter { child in
            guard case .element(let element) = child else { return true }
            return element.name != name
        }
    }
}

/// Builds the tree of a rich message from tags in any order: elements that aren't closed end with their parent, and
/// unexpected end tags are ignored, as in browsers.
struct RichTree {
    /// Deeper elements are left out. Telegram refuses them anyway.
    private static let depthLimit = 100
    private static let blocks: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "footer", "hr", "ul", "ol", "blockquote", "aside",
        "table",
        "details", "figure", "tg-collage", "tg-slideshow", "tg-map", "tg-math-block", "tg-button-row",
        "tg-thinking",
    ]
    private static let empty: Set = ["br", "hr", "img", "input"]
    /// The elements that a start tag ends, up to the innermost of the others.
    private static let siblings: [String: (ended: Set<String>, within: Set<String>)] = [
        "li": (["li"], ["ul", "ol"]), "tr": (["tr", "td", "th"], ["table"]),
        "td": (["td", "th"], ["table", "tr"]),
        "th": (["td", "th"], ["table", "tr"]),
    ]

    /// The open elements, outermost first. The first one is the message.
    private var open = [RichElement(name: "")]
    private(set) var isTooDeep = false

    mutating func text(_ text: String) {
        if text.isEmpty { return }
        let last = open.count - 1
        if case .text(var before)? = open[last].children.last {
            // The node must not share its text, or each addition would copy it.
            open[last].children.removeLast()
            before += text
            open[last].children.append(.text(before))
        } else {
            open[last].children.append(.text(text))
        }
    }

    mutating func begin(_ name: String, _ attributes: [String: String] = [:], isClosed: Bool = false) {
        if Self.blocks.contains(name), open.contains(where: { $0.name == "p" }) { end("p") }
        if let siblings = Self.siblings[name] {
            let start = open.lastIndex { siblings.within.contains($0.name) } ?? 0
            if let index = open[start...].firstIndex(where: { siblings.ended.contains($0.name) }) {
                close(to: index)
            }
        }
        let element = RichElement(name: name, attributes: attributes)
        if isClosed || Self.empty.contains(name) {
            open[open.count - 1].children.append(.element(element))
        } else if open.count < Self.depthLimit {
            open.append(element)
        } else {
            isTooDeep = true
        }
    }

    mutating func end(_ name: String) {
        if let index = open.lastIndex(where: { $0.name == name }), index > 0 {
            close(to: index)
        } else if name == "p" || name == "br" {
            open[open.count - 1].children.append(.element(RichElement(name: name)))
        }
    }

    private mutating func close(to index: Int) {
        while open.count > index {
            let element = open.removeLast()
            open[open.count - 1].children.append(.element(element))
        }
    }

    mutating func finish() -> [RichNode] {
        close(to: 1)
        return open[0].children
    }
}
