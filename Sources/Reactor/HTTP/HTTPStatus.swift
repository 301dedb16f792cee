/// The reason phrases of HTTP status codes.
///
/// - SeeAlso: RFC 9110, section 15
package enum HTTPStatus {
    /// As in `Not Found` for 404; nil for a status that isn't in the table.
    package static func reasonPhrase(_ status: Int) -> String? { phrases[status] }

    private static let phrases = [
        301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 413: "Request Entity Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 429: "Too Many Requests",
        500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]
}
