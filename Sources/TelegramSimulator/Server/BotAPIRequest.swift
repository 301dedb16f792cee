import BotAPI
import JSON
import Reactor

/// A call received over HTTP: `/bot<token>/<method>`, with parameters in the query or the body.
struct BotAPIRequest {
    /// The token as in the path; empty for the response of a webhook.
    let token: String
    /// The method as in the path; the Bot API ignores its case.
    let method: String
    /// An object. Values from a JSON body keep their types; all other values are strings.
    let parameters: JSON
    /// The uploaded files.
    let files: [ReceivedFile]
    /// Whether a browser sent the request.
    let isFromBrowser: Bool

    /// Parses a GET or POST request like the Bot API server. If a parameter is repeated, the first value counts; the
    /// query comes before the body.
    ///
    /// Fails with 404 if the path has no token or no method, and with 401 if the token is wrong.
    ///
    /// - Parameter accepts: whether a well-formed token is right.
    init(_ request: HTTPServer.Request, accepting accepts: (String) -> Bool) throws(BotAPIError) {
        guard request.path.hasPrefix("/bot") else { throw .notFound }
        let parts = request.path.dropFirst("/bot".count)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard Self.isToken(parts[0]) else { throw .notFound }
        let token = String(parts[0])
        guard accepts(token) else { throw BotAPIError(code: 401, reason: "Unauthorized") }
        try self.init(request, token: token, method: parts.count > 1 ? String(parts[1]) : "")
    }

    /// Parses a call that may give its method in a parameter, as in the response of a webhook.
    init(_ request: HTTPServer.Request, token: String = "", method named: String) throws(BotAPIError) {
        self.token = token
        parameters = try Self.parameters(of: request)
        files = request.parts.compactMap(ReceivedFile.init)
        isFromBrowser = RequestOrigin(of: request).isBrowser
        method = named.isEmpty ? Arguments(parameters).text("method") : named
        guard !method.isEmpty, !method.contains("/") else {
            throw BotAPIError(code: 404, reason: "Not Found: method not found")
        }
    }

    /// The path of the file that a request below `/file/bot<token>/` downloads; nil for any other request.
    ///
    /// - Parameter accepts: whether a well-formed token is right.
    static func file(in request: HTTPServer.Request, accepting accepts: (String) -> Bool) -> String? {
        guard request.method == "GET", request.path.hasPrefix("/file/bot") else { return nil }
        let parts = request.path.dropFirst("/file/bot".count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, isToken(parts[0]), accepts(String(parts[0])) else { return nil }
        return String(parts[1])
    }

    /// The token in the path of a call or a download; empty if there is none.
    static func token(in path: String) -> String {
        let rest =
            path.hasPrefix("/file/bot") ? path.dropFirst("/file/bot".count) : path.dropFirst("/bot".count)
        return String(rest.prefix { $0 != "/" })
    }

    /// Whether a token is well-formed: a bot's id, a colon, and more. The hosted server answers a malformed token with
    /// 404 instead of 401.
    private static func isToken(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        return parts.count == 2 && text.first != "0" && parts[0].allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The parameters in the query and in a form or JSON body; other bodies have none.
    ///
    /// Fails if the body has text that isn't UTF-8.
    static func parameters(of request: HTTPServer.Request) throws(BotAPIError) -> JSON {
        var parameters: JSON = [:]
        func add(_ name: String, _ value: JSON) {
            if parameters[name] == nil { parameters.set(name, value) }
        }
        for argument in request.query { add(argument.name, JSON(argument.value)) }
        let type = request.contentType.lowercased()
        if type.contains("application/x-www-form-urlencoded") {
            for argument in formArguments(request.body) {
                add(argument.name, try text(argument.value, of: argument.name))
            }
        } else if type.contains("application/json") {
            for member in try object(request.body).members { add(member.key, member.value) }
        }
        for part in request.parts where part.fileName == nil {
            add(part.name, try text(part.bytes, of: part.name))
        }
        // The server treats a body of any other type as a file. Such a call has no parameters, so it fails with
        // `chat_id is empty`.
        return parameters
    }

    private static func text(_ bytes: [UInt8], of name: String) throws(BotAPIError) -> JSON {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(name) }
        return JSON(text)
    }

    /// Parses a body. Malformed JSON becomes an empty object. Fails if the JSON has text that isn't UTF-8.
    private static func object(_ body: [UInt8]) throws(BotAPIError) -> JSON {
        if let object = try? JSON(parsing: body) { return object }
        guard let object = try? body.withUnsafeBytes({ bytes in try JSON(salvaging: bytes) }) else {
            return [:]
        }
        let bad = object.members.first { $0.value.description.contains("\u{FFFD}") }
        throw .notUTF8(bad?.key ?? "")
    }

    private static func formArguments(_ body: [UInt8]) -> [(name: String, value: [UInt8])] {
        body.split(separator: UInt8(ascii: "&")).map { argument in
            let parts = argument.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (
                name: String(decoding: decoded(parts[0]), as: UTF8.self),
                value: parts.count > 1 ? decoded(parts[1]) : []
            )
        }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                if digits.count == 2, digits.first != UInt8(ascii: "+"),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                {
                    bytes.append(value)
                    rest.removeFirst(2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension BotAPIError {
    static var notFound: BotAPIError { BotAPIError(code: 404, reason: "Not Found") }

    fileprivate static func notUTF8(_ parameter: String) -> BotAPIError {
        let isText = ["text", "caption"].contains(parameter)
        return .badRequest("\(isText ? "text" : "strings") must be encoded in UTF-8")
    }
}
