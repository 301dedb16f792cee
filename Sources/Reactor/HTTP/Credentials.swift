import Glibc

/// Keeps user names and passwords of URLs and of proxies out of messages.
package nonisolated enum Credentials {
    /// A URL without its user name and password: `http://…@host:port`.
    package static func redact(url: String) -> String {
        guard let credentials = credentials(of: url) else { return url }
        return replace(credentials, in: url)
    }

    /// A message about a request, which may repeat the request's URL or the value of a proxy variable.
    ///
    /// - Parameter variable: reads an environment variable.
    package static func redact(
        _ message: String, of url: String, variable: (String) -> String? = Self.environment
    ) -> String {
        var message = message
        for name in ProxyVariable.names {
            // libcurl repeats the value of a variable that it can't parse, and takes a part of it for a host's name.
            guard let value = variable(name), !value.isEmpty else { continue }
            if value.contains(where: { "@:%".contains($0) }) {
                message = message.split(separator: value, omittingEmptySubsequences: false).joined(
                    separator: "$\(name)")
            }
            message = hide(value, in: message)
        }
        return hide(url, in: message)
    }

    /// Replaces a URL's credentials, and each part of them that is long enough to be one.
    private static func hide(_ url: String, in message: String) -> String {
        guard let credentials = credentials(of: url) else { return message }
        let parts = credentials.split { ":@/".contains($0) }.filter { $0.count >= 4 }.map(String.init)
        return parts.reduce(replace(credentials, in: message)) { message, part in
            message.split(separator: part, omittingEmptySubsequences: false).joined(separator: "…")
        }
    }

    /// The text before the `@` of a URL's host, such as `name:password`; also of one without a scheme.
    private static func credentials(of url: String) -> String? {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        // A password may hold an `@` or a slash that isn't percent-encoded.
        guard let at = rest.lastIndex(of: "@"), at > rest.startIndex else { return nil }
        return String(rest[..<at])
    }

    private static func replace(_ credentials: String, in text: String) -> String {
        text.split(separator: "\(credentials)@", omittingEmptySubsequences: false).joined(separator: "…@")
    }

    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// The environment variables that name a proxy, as libcurl reads them.
package nonisolated enum ProxyVariable {
    /// libcurl ignores upper-case `HTTP_PROXY`, which a CGI server would set from a header.
    package static let names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"]

    /// The variable that libcurl uses for a URL, and its value; nil without a proxy.
    ///
    /// - Parameter variable: reads an environment variable.
    package static func used(
        for url: String, _ variable: (String) -> String?
    ) -> (variable: String, value: String)? {
        let other = url.lowercased().hasPrefix("https:") ? "http_proxy" : "https_proxy"
        for name in names where name.lowercased() != other {
            if let value = variable(name), !value.isEmpty { return (name, value) }
        }
        return nil
    }
}
