import JSON

/// The first line a child reads: whom it serves, and as which bot.
package enum ScopeLine {
    /// One line of JSON with its `\n`, opened by `event`.
    ///
    /// - Parameters:
    ///   - bot: what getMe answered.
    ///   - state: what a child of this scope stored, if one did.
    package static func line(openedBy event: IncomingEvent, bot: JSON, state: JSON?) -> [UInt8] {
        let scope: JSON = ["type": "telegram"]
        if let route = route(of: event), let key = route.key, let party = route.party {
            scope.set(key, party)
        }
        switch event.scope {
        case .topic(_, let thread): scope.set("message_thread_id", JSON(thread))
        case .business(let connection, _): scope.set("business_connection_id", JSON(connection))
        case .chat, .user, .bot: break
        }
        scope.set("spec_version", "1.0")
        scope.set("bot", bot)
        if let state { scope.set("state", state) }
        return scope.bytes + [UInt8(ascii: "\n")]
    }

    /// What PIPEGRAM_CHAT_TYPE says: `private`, `group`, `supergroup` or `channel`.
    static func chatType(of event: IncomingEvent) -> String? {
        guard let route = route(of: event), route.key == "chat" else { return nil }
        return route.party?["type"]?.string
    }

    /// A waiting event is kept as its line alone: whom it is about is read from there again.
    private static func route(of event: IncomingEvent) -> Route? {
        guard let payload = try? JSON(parsing: event.line), let type = payload["type"]?.string else {
            return nil
        }
        return Route(kind: String(type.dropFirst("telegram.".count)), payload: payload, of: event.scope)
    }
}
