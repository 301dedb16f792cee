import JSON

/// A call's parameters. Like the Bot API server, it reads each value as text, regardless of its JSON type.
package struct Arguments {
    let json: JSON

    package init(_ json: JSON) {
        self.json = json
    }

    /// A string's text, or any other value as JSON; empty if the parameter is missing.
    package func text(_ name: String) -> String {
        guard let value = json[name] else { return "" }
        return value.string ?? value.description
    }

    /// An integer, parsed as leniently as by Telegram: up to the first character that isn't a digit, 0 without digits,
    /// and wrapped to 32 bits. Nil only if the parameter is missing or empty.
    func integer(_ name: String) -> Int64? {
        let text = text(name)
        guard !text.isEmpty else { return nil }
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }.prefix { (0x30...0x39).contains($0) }
        let magnitude = digits.reduce(Int64(0)) { $0 &* 10 &+ Int64($1 &- 0x30) }
        return Int64(Int32(truncatingIfNeeded: text.hasPrefix("-") ? 0 &- magnitude : magnitude))
    }

    /// An object or an array, or a string with the JSON of one; nil for anything else.
    package func structure(_ name: String) -> JSON? {
        guard let value = json[name] else { return nil }
        let structure = value.string.flatMap { try? JSON(parsing: $0) } ?? value
        return structure.isObject || structure.isArray ? structure : nil
    }

    package func flag(_ name: String) -> Bool {
        json[name] != nil && ["true", "yes", "1"].contains(text(name).lowercased())
    }
}
