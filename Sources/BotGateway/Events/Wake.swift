import JSON

/// An event that a child asked for with `telegram.wake`, until it is due.
package struct Wake {
    package let scope: Scope
    /// When it is due, in seconds since 1970.
    let at: Int64
    /// The members of its line behind `update_id`, as an object.
    let members: [UInt8]

    /// - Parameter event: an event that the child was given, which has the scope's chat or user; nil if none is at hand.
    init(at: Int64, value: JSON?, for scope: Scope, during event: IncomingEvent?) {
        var members: JSON = ["at": JSON(at)]
        if let value { members.set("value", value) }
        if let (key, party) = event.flatMap({ ScopeLine(openedBy: $0).party }) ?? scope.party {
            members.set(key, party)
        }
        (self.scope, self.at, self.members) = (scope, at, members.bytes)
    }

    /// A wake from the journal.
    init(_ scope: Scope, at: Int64, members: [UInt8]) {
        (self.scope, self.at, self.members) = (scope, at, members)
    }

    /// The event, once it is due.
    ///
    /// - Parameter key: its key in the journal.
    func event(key: Int64) -> IncomingEvent {
        IncomingEvent(own: "telegram.wake", members, key: key, of: scope)
    }

    /// Whether an event's line is that of a wake.
    package static func isEvent(_ line: [UInt8]) -> Bool {
        line.starts(with: #"{"type":"telegram.wake","#.utf8)
    }
}

extension Scope {
    /// What is known of its chat or user without an event.
    var party: (key: String, value: JSON)? {
        if case .user(let id) = self { return ("user", ["id": JSON(id)]) }
        return chat.map { ("chat", ["id": JSON($0), "type": JSON(Self.chatType(of: $0))]) }
    }

    private static func chatType(of chat: Int64) -> String {
        if chat > 0 { return "private" }
        return chat > -1_000_000_000_000 ? "group" : "supergroup"
    }
}

extension IncomingEvent {
    /// An event of pipegram's own. Its `update_id` is negative, because Telegram's are positive.
    ///
    /// - Parameters:
    ///   - members: those of its line behind `update_id`, as an object.
    ///   - key: its key in the journal.
    init(own type: String, _ members: [UInt8], key: Int64, of scope: Scope) {
        let start = Array(#"{"type":"\#(type)","update_id":\#(-key),"#.utf8)
        self.init(updateID: -key, scope: scope, line: start + members.dropFirst() + [UInt8(ascii: "\n")])
        self.key = key
    }
}
