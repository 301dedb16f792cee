import BotAPI

/// A text without the characters that Telegram removes, and its entities with adjusted offsets.
struct NormalizedText {
    private(set) var units: [UInt16]
    private(set) var entities: [TextEntity]

    /// - Throws: Telegram's errors for entities outside the text.
    init(_ text: String, _ entities: [TextEntity]) throws(BotAPIError) {
        for entity in entities {
            guard 0...1_000_000 ~= entity.offset else {
                throw .badRequest("receive an entity with incorrect offset \(entity.offset)")
            }
            guard 0...1_000_000 ~= entity.length else {
                throw .badRequest("receive an entity with incorrect length \(entity.length)")
            }
        }
        units = Array(text.utf16)
        self.entities = EntityNesting.nested(entities.filter { $0.length > 0 })
        try checkPlaces()
        takeOutControls()
        trim()
    }

    var text: String { String(decoding: units, as: UTF16.self) }

    /// Whether the text consists of white space and zero-width characters.
    var isInvisible: Bool { text.isInvisible }

    /// Adds entities that Telegram found, except those that overlap links or code, or cross the border of a quote.
    mutating func add(found: [TextEntity]) {
        guard !found.isEmpty else { return }
        entities = visible(EntityNesting.nested(entities, found: found))
    }

    // MARK: places

    private func checkPlaces() throws(BotAPIError) {
        if let entity = entities.first(where: { $0.offset > units.count }) {
            throw .badRequest("entity begins after the end of the text at UTF-16 offset \(entity.offset)")
        }
        if let entity = entities.last(where: { $0.end > units.count }) {
            throw .badRequest(
                "entity beginning at UTF-16 offset \(entity.offset) ends after the end of the text at UTF-16 offset \(entity.end)"
            )
        }
        for entity in entities {
            if isInsideSymbol(entity.offset) {
                throw .badRequest(
                    "entity begins in a middle of a UTF-16 symbol at byte offset \(byteOffset(entity.offset + 1))"
                )
            }
            if isInsideSymbol(entity.end) {
                throw .badRequest(
                    "entity beginning at UTF-16 offset \(entity.offset) ends in a middle of a UTF-16 symbol at byte offset \(byteOffset(entity.end + 1))"
                )
            }
        }
    }

    private func isInsideSymbol(_ offset: Int) -> Bool {
        offset < units.count && UTF16.isTrailSurrogate(units[offset])
    }

    private func byteOffset(_ offset: Int) -> Int {
        String(decoding: units[..<offset], as: UTF16.self).utf8.count
    }

    // MARK: characters

    private mutating func takeOutControls() {
        var left: [UInt16] = []
        left.reserveCapacity(units.count)
        // The new offset of each unit, and of the end.
        var places: [Int] = []
        places.reserveCapacity(units.count + 1)
        for (index, unit) in units.enumerated() {
            places.append(left.count)
            switch unit {
            // Of several direction marks in a row, all but the last become zero-width non-joiners.
            case 0x200E, 0x200F:
                let isFollowed = index + 1 < units.count && 0x200E...0x200F ~= units[index + 1]
                left.append(isFollowed ? 0x200C : unit)
            // Removed: carriage returns, line and paragraph separators, direction marks, and some combining marks.
            case 0x0D, 0x2028...0x202E, 0x0333, 0x033F, 0x030A: break
            case 0x0A: left.append(unit)
            case ...0x20: left.append(0x20)
            default: left.append(unit)
            }
        }
        places.append(left.count)
        units = left
        for index in entities.indices {
            let entity = entities[index]
            entities[index].offset = places[entity.offset]
            entities[index].length = places[entity.end] - places[entity.offset]
        }
    }

    private mutating func trim() {
        entities = EntityNesting.nested(visible(entities))
        let end = units.lastIndex { !$0.isSpace }.map { $0 + 1 } ?? 0
        units.removeSubrange(end...)
        entities.removeAll { $0.offset >= end }
        for index in entities.indices where entities[index].end > end {
            entities[index].length = end - entities[index].offset
        }
        entities = entities.inOrder()
        // Space at the start of an entity stays.
        let firstEntity = entities.first?.offset ?? end
        let begin = units[..<firstEntity].firstIndex { !$0.isSpace } ?? firstEntity
        units.removeSubrange(..<begin)
        for index in entities.indices { entities[index].offset -= begin }
    }

    /// Moves the start of each entity to its first visible character, and drops entities without one. Code, links and
    /// mentions stay unchanged.
    ///
    /// - Parameter entities: ordered by offset, nested or disjoint.
    private func visible(_ entities: [TextEntity]) -> [TextEntity] {
        var entities = entities.filter { $0.length > 0 }
        var open: [Int] = []
        var next = 0
        var lastVisible = -1
        for position in 0...units.count {
            while let index = open.last, entities[index].end <= position {
                if lastVisible < entities[index].offset, !entities[index].hidesSomething {
                    entities[index].length = 0
                }
                open.removeLast()
            }
            while next < entities.count, entities[next].offset <= position {
                open.append(next)
                next += 1
            }
            guard position < units.count else { break }
            guard units[position].isSpace else {
                lastVisible = position
                continue
            }
            for index in open.reversed() {
                guard entities[index].offset == position, !entities[index].hidesSomething else { break }
                entities[index].offset += 1
                entities[index].length -= 1
                if entities[index].length == 0 { open.removeLast() }
            }
        }
        return entities.filter { $0.length > 0 }
    }
}

extension UInt16 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x0A }
}
