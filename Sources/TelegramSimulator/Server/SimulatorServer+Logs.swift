import BotAPI
import JSON
import Reactor

/// The parts of the control API that list the bot's actions and calls, and wait for them.
extension SimulatorServer {
    /// The longest line that the traffic shows whole.
    private static let shownLine = 64 << 10

    /// Adds a line on the stdin or stdout of a bot's program to the traffic.
    ///
    /// - Parameters:
    ///   - isInput: whether the program was given the line, instead of writing it.
    ///   - scope: the name of the scope that the program serves.
    ///   - chat: the scope's chat; nil if it has none, or several.
    package func note(_ line: UnsafeRawBufferPointer, isInput: Bool, scope: String, chat: Int64?) {
        var text = Array("{\"scope\":".utf8) + JSON(scope).bytes
        if let chat { text += Array(",\"chat_id\":\(chat)".utf8) }
        if line.count <= Self.shownLine, (try? JSON(parsing: line)) != nil {
            text += Array(",\"json\":".utf8) + line
        } else {
            let start = String(decoding: line.prefix(Self.shownLine), as: UTF8.self)
            text += Array(",\"text\":".utf8) + JSON(start).bytes
        }
        history.traffic.add(isInput ? "event" : "line", bot: bots.first.id, text + [UInt8(ascii: "}")])
    }

    func respondWithActions(
        to request: HTTPServer.Request, _ responder: HTTPServer.Responder
    ) throws(BotAPIError) {
        let arguments = Arguments(try BotAPIRequest.parameters(of: request))
        let kind = arguments.text("kind").lowercased()
        guard kind.isEmpty || BotAction.kinds.contains(kind) else {
            throw .badRequest("unknown kind '\(kind)'; use one of \(BotAction.kinds.joined(separator: ", "))")
        }
        respond(with: actions, try query(kind, arguments), responder)
    }

    func respondWithCalls(
        to request: HTTPServer.Request, _ responder: HTTPServer.Responder
    ) throws(BotAPIError) {
        let arguments = Arguments(try BotAPIRequest.parameters(of: request))
        guard arguments.text("method").lowercased() != "getupdates" else {
            throw .badRequest("getUpdates isn't among the listed calls")
        }
        try check(method: arguments.text("method"))
        respond(with: history.log, try query(arguments.text("method").lowercased(), arguments), responder)
    }

    func respondWithTraffic(
        to request: HTTPServer.Request, _ responder: HTTPServer.Responder
    ) throws(BotAPIError) {
        let arguments = Arguments(try BotAPIRequest.parameters(of: request))
        var asked = try query("", arguments)
        asked.query.newest = try arguments.count("newest") ?? .max
        respond(with: history.traffic.log, asked, responder)
    }

    /// Responds with the state of the bot's connection, at once or when the bot polls or has a webhook.
    func respondWithBot(to request: HTTPServer.Request, _ responder: HTTPServer.Responder) throws(BotAPIError)
    {
        let arguments = Arguments(try BotAPIRequest.parameters(of: request))
        let (bot, wait) = (try bot(arguments) ?? bots.first, try Self.timeout(arguments))
        let reply = { [weak self] in
            guard let self else { return responder.drop() }
            var state: JSON = [
                "user": bot.telegram.bot, "is_polling": JSON(bot.delivery.isPolled),
                "polls": JSON(bot.pollCount),
            ]
            state.merge(bot.delivery.webhookInfo)
            responder.respond(.success(state), last: actions.last)
        }
        guard wait > .zero, !bot.delivery.hasBot else { return reply() }
        bot.delivery.arrival.wait(within: wait, then: reply)
    }

    /// Rejects a misspelled method, for which the client would wait in vain. A method that is only unknown may be newer
    /// than this list.
    func check(method: String) throws(BotAPIError) {
        let name = method.lowercased()
        guard !name.isEmpty, Methods.name(ofLowercased: name) == nil, !history.log.contains(kind: name),
            let known = Methods.suggestion(to: method)
        else { return }
        throw .badRequest("unknown method '\(method)'; did you mean \(known)?")
    }

    private func query(
        _ kind: String, _ arguments: Arguments
    ) throws(BotAPIError) -> (query: NumberedLog.Query, wait: Duration) {
        let (chat, after) = (arguments.text("chat_id"), arguments.text("after"))
        let wait = try Self.timeout(arguments)
        guard chat.isEmpty || Int64(chat) != nil else { throw .badRequest("chat_id must be a number") }
        guard after.isEmpty || Int64(after) != nil else { throw .badRequest("after must be a number") }
        let query = NumberedLog.Query(
            after: Int64(after) ?? 0, kind: kind.isEmpty ? nil : kind, bot: try bot(arguments)?.id,
            chat: Int64(chat))
        return (query, wait)
    }

    private static func timeout(_ arguments: Arguments) throws(BotAPIError) -> Duration {
        guard let seconds = Double(arguments.json["timeout"] == nil ? "0" : arguments.text("timeout")),
            (0...3600).contains(seconds)
        else { throw .badRequest("timeout must be a number of seconds, at most 3600") }
        return .seconds(seconds)
    }

    private func respond(
        with log: NumberedLog, _ asked: (query: NumberedLog.Query, wait: Duration),
        _ responder: HTTPServer.Responder
    ) {
        log.read(asked.query, wait: asked.wait) { [weak log] entries in
            responder.respond(
                status: 200, contentType: "application/json",
                body: BotAPIResponse.envelope(ofElements: entries, further: "\"last\":\(log?.last ?? 0)")
                    + [UInt8(ascii: "\n")])
        }
    }
}
