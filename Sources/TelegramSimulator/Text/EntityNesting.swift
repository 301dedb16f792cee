/// Nests entities: of any two that share a character, one is then inside the other.
///
/// Links, code, and entities that Telegram finds stay whole; if two of them cross, the first one is kept. Quotes stay
/// whole too, and may contain links and code. Styles (bold, italic …) are split at the borders of other entities, and
/// removed from code. As in Telegram, a style is also split where another style begins.
enum EntityNesting {
    /// - Parameter found: the entities that Telegram found, in order and disjoint; all others take precedence.
    /// - Returns: the entities in order.
    static func nested(_ entities: [TextEntity], found: [TextEntity] = []) -> [TextEntity] {
        let entities = entities.inOrder()
        let quotes = disjoint(entities.filter(\.isQuote))
        var bones = keepingClear(disjoint(entities.filter { !$0.isQuote && !$0.isStyle }), of: quotes)
        bones = filledUp(bones, with: keepingClear(found, of: quotes))
        bones = (bones + quotes).inOrder()
        let styles = entities.filter(\.isStyle)
        guard !styles.isEmpty else { return bones }
        return (bones + cut(styles, at: bones)).inOrder()
    }

    /// The entities that begin after all earlier ones end.
    static func disjoint(_ entities: [TextEntity]) -> [TextEntity] {
        var end = 0
        return entities.filter { entity in
            guard entity.offset >= end else { return false }
            end = entity.end
            return true
        }
    }

    /// The entities that don't cross the border of a quote.
    private static func keepingClear(_ entities: [TextEntity], of quotes: [TextEntity]) -> [TextEntity] {
        var quotes = quotes[...]
        return entities.filter { entity in
            quotes = quotes.drop { $0.end <= entity.offset }
            guard let quote = quotes.first, quote.offset < entity.end else { return true }
            return quote.offset <= entity.offset && entity.end <= quote.end
        }
    }

    private static func filledUp(_ entities: [TextEntity], with found: [TextEntity]) -> [TextEntity] {
        var result: [TextEntity] = []
        var found = found[...]
        for entity in entities {
            let before = found.prefix { $0.end <= entity.offset }
            result += before
            result.append(entity)
            found = found.dropFirst(before.count).drop { $0.offset < entity.end }
        }
        return result + found
    }

    // MARK: styles

    /// - Parameter bones: in order, nested or disjoint.
    private static func cut(_ styles: [TextEntity], at bones: [TextEntity]) -> [TextEntity] {
        var pieces = StylePieces(styles)
        var open: [TextEntity] = []
        func go(to offset: Int) {
            while let innermost = open.last, innermost.end <= offset {
                let count = pieces.done.count
                pieces.go(to: innermost.end)
                if innermost.isCode { pieces.done.removeSubrange(count...) }
                open.removeLast()
            }
            pieces.go(to: offset)
        }
        for bone in bones {
            go(to: bone.offset)
            open.append(bone)
        }
        go(to: .max)
        return pieces.done
    }
}

/// Splits styles while moving through a text, from border to border.
private struct StylePieces {
    private(set) var waiting: ArraySlice<TextEntity>
    private var open = [Range<Int>?](repeating: nil, count: TextEntity.styles.count)
    var done: [TextEntity] = []

    init(_ styles: [TextEntity]) { waiting = styles[...] }

    mutating func go(to offset: Int) {
        while let style = waiting.first, style.offset < offset, let index = style.styleIndex {
            waiting.removeFirst()
            if let range = open[index], style.offset <= range.upperBound {
                open[index] = range.lowerBound..<max(range.upperBound, style.end)
            } else {
                cut(at: style.offset)
                open[index] = style.offset..<style.end
            }
        }
        cut(at: offset)
    }

    private mutating func cut(at offset: Int) {
        for (index, kind) in TextEntity.styles.enumerated() {
            guard let range = open[index], range.lowerBound < offset else { continue }
            let piece = range.clamped(to: 0..<offset)
            done.append(TextEntity(kind, piece.lowerBound, piece.count))
            open[index] = range.upperBound > offset ? offset..<range.upperBound : nil
        }
    }
}
