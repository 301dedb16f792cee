import BotAPI
import JSON
import Reactor

/// A call as it arrives over HTTP: `/bot<token>/<method>`, and its parameters in the query or the body.
struct BotAPIRequest {
    /// As the path has it; the Bot API doesn't mind its case.
    let method: String
    /// An object. From a JSON body the values are as they came; from anywhere else they are strings.
    let parameters: JSON
    /// What was uploaded with it.
    let files: [ReceivedFile]

    /// Reads a GET or a POST, as the Bot API server does; of a parameter that comes twice the first counts,
    /// and the query comes before the body.
    ///
    /// Fails with 404 where the path names no bot or no method, and with 401 where the token is another.
    ///
    /// - Parameter token: nil takes any that looks like one.
    init(_ request: HTTPServer.Request, token: String?) throws(BotAPIError) {
        guard request.path.hasPrefix("/bot") else { throw .notFound }
        let parts = request.path.dropFirst("/bot".count)
            .split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard Self.isToken(parts[0]) else { throw .notFound }
        guard token == nil || String(parts[0]) == token else {
            throw BotAPIError(code: 401, reason: "Unauthorized")
        }
        try self.init(request, method: parts.count > 1 ? String(parts[1]) : "")
    }

    /// A call whose method may be among its parameters, as in the answer of a webhook.
    init(_ request: HTTPServer.Request, method named: String) throws(BotAPIError) {
        parameters = try Self.parameters(of: request)
        files = request.parts.compactMap(ReceivedFile.init)
        method = named.isEmpty ? Arguments(parameters).text("method") : named
        guard !method.isEmpty, !method.contains("/") else {
            throw BotAPIError(code: 404, reason: "Not Found: method not found")
        }
    }

    /// The file that is asked for below `/file/bot<token>/`; nil where that isn't the path.
    ///
    /// - Parameter token: nil takes any that looks like one.
    static func file(in request: HTTPServer.Request, token: String?) -> String? {
        guard request.method == "GET", request.path.hasPrefix("/file/bot") else { return nil }
        let parts = request.path.dropFirst("/file/bot".count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, token.map({ $0 == parts[0] }) ?? isToken(parts[0]) else { return nil }
        return String(parts[1])
    }

    /// A bot's number, a colon, and more: for anything else the hosted server has no 401 but a 404.
    private static func isToken(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1)
        return parts.count == 2 && text.first != "0" && parts[0].allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What a query, a form or JSON says; empty for anything else.
    ///
    /// Fails where the body has text that isn't UTF-8.
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
        // Any other type is a file to the server, and gives no parameters: `chat_id is empty` then follows.
        return parameters
    }

    private static func text(_ bytes: [UInt8], of name: String) throws(BotAPIError) -> JSON {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(name) }
        return JSON(text)
    }

    /// Empty for what is no object.
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
