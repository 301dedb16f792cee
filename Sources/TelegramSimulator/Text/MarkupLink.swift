/// Parses links in a text like Telegram.
enum MarkupLink {
    /// Nil if Telegram doesn't accept the link; the text then stays plain.
    static func entity(for link: String, _ offset: Int, _ length: Int) -> TextEntity? {
        if let id = userID(of: link) { return TextEntity(.textMention, offset, length, .user(id)) }
        return checked(link).map { TextEntity(.textLink, offset, length, .url($0)) }
    }

    /// Parses `tg://emoji?id=…` and `tg://time?unix=…&format=…`.
    static func emojiOrTime(_ link: String, _ offset: Int, _ length: Int) -> TextEntity? {
        if let id = parameters(of: link, host: "emoji")?["id"].flatMap({ exactInteger($0) }) {
            return id == 0 ? nil : TextEntity(.customEmoji, offset, length, .emoji(String(id)))
        }
        guard let values = parameters(of: link, host: "time"),
            let time = values["unix"].flatMap({ Int64($0) }),
            1...Int64(Int32.max) ~= time, let format = timeFormat(values["format"] ?? "")
        else { return nil }
        return TextEntity(.dateTime, offset, length, .time(time, format: format))
    }

    /// Parses `tg://user?id=…`.
    static func userID(of link: String) -> Int64? {
        let id = parameters(of: link, host: "user")?["id"].flatMap { exactInteger($0) }
        return id.flatMap { 0 < $0 && $0 < 1 << 40 ? $0 : nil }
    }

    /// The format as Telegram returns it: `r`, or `w`, `d` or `D`, `t` or `T` in this order. Nil if a letter is
    /// unknown.
    static func timeFormat(_ format: String) -> String? {
        if format.lowercased() == "r" { return "r" }
        guard format.allSatisfy("wWdDtT".contains) else { return nil }
        return ["wW", "dD", "tT"].compactMap { letters in
            letters.first(where: format.contains).map { $0 == "W" ? "w" : String($0) }
        }.joined()
    }

    /// Nil for a number with leading zeros or a plus sign.
    static func exactInteger(_ text: some StringProtocol) -> Int64? {
        Int64(text).flatMap { String($0) == text ? $0 : nil }
    }

    /// The query's parameters. If one is repeated, the first value counts.
    private static func parameters(of link: String, host: String) -> [Substring: String]? {
        var rest = link[...]
        for prefix in ["tg:", "//", host, "/"] {
            if rest.prefix(prefix.count).lowercased() == prefix {
                rest = rest.dropFirst(prefix.count)
            } else if prefix == "tg:" || prefix == host {
                return nil
            }
        }
        guard rest.first == "?" else { return nil }
        let query = rest.dropFirst().prefix { $0 != "#" }
        let pairs = query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return (Substring(name.lowercased()), String(pair.dropFirst(name.count + 1)))
        }
        return Dictionary(pairs) { first, _ in first }
    }

    // MARK: URLs

    /// The URL as Telegram returns it: `telegram.org` becomes `http://telegram.org/`. Nil if it is invalid.
    ///
    /// Telegram checks user names and hosts for more characters than this does.
    static func checked(_ link: String) -> String? {
        for scheme in ["tg", "tonsite", "ton"] where link.lowercased().hasPrefix("\(scheme):") {
            let rest = link.dropFirst(scheme.count + 1)
            return internalLink(rest.hasPrefix("//") ? rest.dropFirst(2) : rest, scheme)
        }
        var scheme = "http"
        var rest = link[...]
        if let colon = link.firstIndex(where: ":/?#@[]".contains), link[colon...].hasPrefix("://") {
            scheme = link[..<colon].lowercased()
            guard scheme == "http" || scheme == "https" else { return nil }
            rest = link[colon...].dropFirst(3)
        }
        guard let (place, query) = parts(of: rest) else { return nil }
        let at = place.lastIndex(of: "@")
        let (user, address) = at.map { (place[...$0], place[$0...].dropFirst()) } ?? ("", place)
        guard let (host, port) = hostAndPort(address), host.contains(".") || host.hasPrefix("["), host != "."
        else {
            return nil
        }
        return "\(scheme)://\(user)\(host)\(port)\(query)"
    }

    private static func internalLink(_ link: Substring, _ scheme: String) -> String? {
        guard let (place, query) = parts(of: link), !place.isEmpty else { return nil }
        let isHost = place.utf8.allSatisfy { byte in
            byte.isDigit || byte.isASCIILetter || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || scheme == "tonsite" && byte == UInt8(ascii: ".")
        }
        guard isHost else { return nil }
        return "\(scheme)://\(place.lowercased())\(query.hasPrefix("/?") ? query.dropFirst() : query[...])"
    }

    /// Splits a link before the first slash, question mark or number sign. The second part begins with a slash, and its
    /// spaces and control characters are escaped.
    private static func parts(of link: Substring) -> (place: Substring, query: String)? {
        let place = link.prefix { !"/?#".contains($0) }
        var query = link[place.endIndex...]
        while let last = query.utf8.last, last.isMarkupSpace { query = query.dropLast() }
        let escaped = query.unicodeScalars.map { scalar in
            guard scalar.value <= 0x20 else { return String(scalar) }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
        return (place, escaped.hasPrefix("/") ? escaped : "/\(escaped)")
    }

    private static func hostAndPort(_ address: Substring) -> (host: String, port: String)? {
        var host = address
        var port = ""
        if let colon = address.lastIndex(of: ":"), !address[colon...].contains("]") {
            guard let number = UInt16(address[colon...].dropFirst()), number > 0 else { return nil }
            host = address[..<colon]
            port = ":\(number)"
        }
        if host.hasPrefix("["), host.hasSuffix("]") { return (host.lowercased(), port) }
        let isHost = host.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7F && !"\"\\^`{|}<>[]:".unicodeScalars.contains(scalar)
        }
        guard isHost, !host.isEmpty else { return nil }
        return (host.lowercased(), port)
    }
}
