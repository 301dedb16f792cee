extension BotToken {
    /// Explains why a text is no token, without showing it, and how to fix that.
    ///
    /// - Parameter place: where the text was found.
    package static func explanation(of text: String, in place: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if text.unicodeScalars.first == "\u{FEFF}" {
            return "\(place) starts with a byte order mark, which some editors write; save it without one"
        }
        if words.isEmpty { return "\(place) is empty; get a token from @BotFather" }
        if words.count > 1, words.contains(where: isWholeToken) {
            return "\(place) has more than the token: keep only the part like 123456:ABC…"
        }
        if isToken(words.joined()) { return "the token in \(place) contains spaces: remove them" }
        if isToken(bare(words.joined())) {
            return "\(place) has quotes or a name around the token: keep only the part like 123456:ABC…"
        }
        return
            "Invalid token in \(place): it must be digits, a colon, then letters and digits, as shown by @BotFather"
    }

    private static func isToken(_ text: String) -> Bool { (try? BotToken(text)) != nil }

    /// The text may be BotFather's whole message, or a line of a configuration file.
    private static func isWholeToken(_ word: String) -> Bool { word.count > 20 && isToken(word) }

    /// The value behind a name and `=`, without quotes.
    private static func bare(_ text: String) -> String {
        let text = text.filter { !"\"'<>`".contains($0) }
        return text.split(separator: "=").last.map(String.init) ?? text
    }
}
