import Reactor

/// The address of a Bot API server: `https://api.telegram.org`, or a local server's `http://127.0.0.1:8081`.
package nonisolated struct ServerURL: Sendable {
    package static let official = ServerURL(text: "https://api.telegram.org")

    /// Why a text is no such address, and what to do about it.
    package enum Malformed: Error, CustomStringConvertible {
        case scheme, host, port, blank, query, method

        package var description: String {
            switch self {
            case .scheme: "must start with http:// or https://"
            case .host: "must name a host, as in https://api.telegram.org"
            case .port: "must have a port from 1 to 65535, or none"
            case .blank: "must not contain blanks or control characters"
            case .query: "must not contain '?' or '#': leave off that part"
            case .method: "must end before the token: leave off /bot…, which pipegram adds"
            }
        }
    }

    /// Without a slash at the end. A user name and a password are in it.
    private let text: String

    private init(text: String) { self.text = text }

    package init(_ given: String) throws(Malformed) {
        guard given.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7F...0xA0).contains($0.value) }) else {
            throw .blank
        }
        guard let scheme = ["http://", "https://"].first(where: given.lowercased().hasPrefix) else {
            throw .scheme
        }
        let rest = given.dropFirst(scheme.count)
        guard !rest.contains("?"), !rest.contains("#") else { throw .query }
        let authority = rest.prefix { $0 != "/" }
        try Self.check(authority: authority)
        guard !Self.hasToken(rest.dropFirst(authority.count)) else { throw .method }
        text = String(given.reversed().drop { $0 == "/" }.reversed())
    }

    /// Checks `user:password@host:port`. Only the host is required.
    private static func check(authority: Substring) throws(Malformed) {
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        // The host may be an IPv6 address in brackets.
        let host = place.hasPrefix("[") ? place.prefix { $0 != "]" } : place.prefix { $0 != ":" }
        guard host.contains(where: { $0 != "[" }) else { throw .host }
        let port = place.dropFirst(host.count).drop { $0 == "]" }
        guard !port.isEmpty else { return }
        let number = port.dropFirst()
        guard port.hasPrefix(":"), number.allSatisfy({ $0.isASCII && $0.isNumber }),
            let value = Int(number), (1...65535).contains(value)
        else { throw .port }
    }

    /// Whether a path has the part that the token stands in, as in `/bot7:AAF…/getMe`, or a token alone.
    private static func hasToken(_ path: Substring) -> Bool {
        path.split(separator: "/").contains { part in
            let part = part.lowercased()
            return part == "bot" || part.hasPrefix("bot<") || part.contains(":") || part.contains("%3a")
        }
    }

    /// Where `method` of a bot is.
    package func method(_ method: String, of token: BotToken) -> String {
        "\(text)/bot\(token.text)/\(method)"
    }

    /// Where a file of a bot is.
    ///
    /// - Parameter path: percent-encoded.
    package func file(_ path: String, of token: BotToken) -> String {
        "\(text)/file/bot\(token.text)/\(path)"
    }

    /// For messages: without a user name and a password.
    package var place: String { Credentials.redact(url: text) }

    /// A text that was given as an address, without what may be secret in it: it is cut behind the host, and where a
    /// token may begin.
    package static func redacted(_ given: String) -> String {
        let url = Credentials.redact(url: given)
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...]
        let host = rest.prefix { !"/?#".contains($0) }
        guard !mayHoldToken(host) else { return "\(url[..<start])…" }
        return rest.count == host.count
            ? url : "\(url[..<start])\(host)\(rest.dropFirst(host.count).prefix(1))…"
    }

    /// Whether a text has a colon with more than a port's digits behind it.
    private static func mayHoldToken(_ text: Substring) -> Bool {
        guard !text.lowercased().contains("%3a") else { return true }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
        return parts.contains { $0.contains { !$0.isNumber && $0 != "]" } } && !text.hasPrefix("[")
    }
}
