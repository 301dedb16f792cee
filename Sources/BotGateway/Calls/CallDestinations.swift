import BotAPI
import Logging
import Reactor

/// Tracks which chats have moved to a new id and which are rate-limited.
struct CallDestinations {
    var onHold: (_ chat: String, _ wait: Duration) -> Void = { _, _ in }
    var onMigration: (_ old: Int64, _ new: Int64) -> Void = { _, _ in }
    var relay: CallRelay = { _, _ in false }
    private var floodWaits = FloodWaits()
    private var migrations = Migrations()
    private var hints = RefusalHints()

    /// The current id of a call's chat; nil for a call without a chat or to an `@name`.
    func currentChat(of call: Call) -> Int64? { call.chatID.map(migrations.current) }

    /// What a rate limit on this call applies to: a chat's id or name, the scope for a call without a chat, or
    /// `business:CONNECTION/chat:ID`.
    func destination(of call: Call, in scope: Scope) -> String {
        call.destination(id: currentChat(of: call), in: scope)
    }

    /// How long the call must wait; nil if it can be sent now.
    mutating func wait(for call: Call, in scope: Scope) -> Duration? {
        floodWaits.wait(for: destination(of: call, in: scope), at: .current)
    }

    /// Rate-limits a chat for this long.
    ///
    /// - Returns: the time left, which may be longer because of an earlier 429; nil if it has already passed.
    @discardableResult
    mutating func hold(_ chat: String, for wait: Duration) -> Duration? {
        floodWaits.hold(chat, until: .current + wait, at: .current)
        return floodWaits.wait(for: chat, at: .current)
    }

    /// The rate-limited chats, by name, and the time left for each.
    var holds: [(chat: String, left: Duration)] { floodWaits.holds(at: .current) }

    /// Redirects calls from `old` to `new`. Returns false if that is known already or would make a cycle.
    @discardableResult
    mutating func migrate(_ old: Int64, to new: Int64) -> Bool { migrations.add(from: old, to: new) }

    /// The usual cause of a refusal, for the log; empty if there is nothing to add.
    mutating func hint(on error: BotAPIError) -> String { hints.hint(on: error) }

    /// Whether the chat has a new id.
    func hasMoved(_ chat: Int64) -> Bool { migrations.current(chat) != chat }
}
