/// The URL of a journal in PostgreSQL.
///
/// - SeeAlso: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
package nonisolated struct ClusterAddress: Sendable {
    let url: String

    /// Nil if the text isn't such a URL.
    package init?(_ text: String) {
        guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else { return nil }
        url = text
    }

    /// Whether it has a password.
    package var hasPassword: Bool {
        let login = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        let user = login.lastIndex(of: "@").map { login[..<$0] }
        return user?.contains(":") == true
            || ["?password=", "&password=", "?sslpassword=", "&sslpassword="].contains { url.contains($0) }
    }

    /// The URL for messages: without password and parameters.
    package var place: String {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let rest = parts.drop { $0 != "/" }.dropFirst(2)
        guard let at = rest.lastIndex(of: "@") else { return "postgresql://\(rest)" }
        return "postgresql://\(rest[..<at].prefix { $0 != ":" })\(rest[at...])"
    }
}
