import BotAPI
import Reactor

/// Where a request comes from. Web pages are rejected: a browser sends the requests of any page to any address, also to
/// 127.0.0.1, and a page could read chats and write messages.
///
/// A page of another site shows in `Origin` or `Sec-Fetch-Site`. A page whose own name was pointed at this machine (DNS
/// rebinding) shows in `Host`.
struct RequestOrigin {
    private let host: String?
    private let origin: String?
    private let site: String?

    init(of request: HTTPServer.Request) {
        host = request.header("Host")?.lowercased()
        origin = request.header("Origin")?.lowercased()
        site = request.header("Sec-Fetch-Site")?.lowercased()
    }

    /// Whether a browser sent the request, even for a page of the simulator itself.
    var isBrowser: Bool { origin != nil || site != nil }

    /// The error for a web page's request; nil if the request is accepted.
    ///
    /// - Parameters:
    ///   - address: the address on which the simulator listens.
    ///   - url: the simulator's URL, for the error.
    func refusal(listeningOn address: String, url: String) -> BotAPIError? {
        if let host, !Self.isOwn(Self.name(in: host), listeningOn: address) {
            return .forbidden("Host '\(host)' is not the simulator's address: use \(url)")
        }
        if let origin, origin != "http://\(host ?? "")" {
            return .forbidden(
                "a web page of '\(origin)' can't use the simulator: send the request without Origin")
        }
        if let site, !["same-origin", "none"].contains(site) {
            return .forbidden(
                "a web page of another site can't use the simulator: use a program, such as curl")
        }
        return nil
    }

    /// The Host header without its port.
    private static func name(in host: String) -> String {
        guard host.hasPrefix("[") else { return String(host.prefix { $0 != ":" }) }
        // Without its end, it is no address.
        guard let end = host.firstIndex(of: "]") else { return host }
        return String(host[...end])
    }

    private static func isOwn(_ name: String, listeningOn address: String) -> Bool {
        let own = address.contains(":") ? "[\(address)]" : address
        if ["127.0.0.1", "localhost", "[::1]", own.lowercased()].contains(name) { return true }
        // All addresses of the machine. Rebinding needs a public name: an address or a name in the local network, such
        // as that of a container, can't be one.
        guard ["0.0.0.0", "::"].contains(address) else { return false }
        if name.hasPrefix("[") { return name.hasSuffix("]") }
        return name.allSatisfy { $0.isNumber || $0 == "." } || !name.contains(".")
    }
}
