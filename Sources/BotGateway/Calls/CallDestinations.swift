import Logging
import Reactor

/// Knows where calls go, and how long Telegram told each chat to wait.
struct CallDestinations {
    var onHold: (_ chat: String, _ wait: Duration) -> Void = { _, _ in }
    var onMigration: (_ old: Int64, _ new: Int64) -> Void = { _, _ in }
    private var floodWaits = FloodWaits()
    private var migrations = Migrations()

    /// The id of a call's chat now; nil for a call to none, or to an `@name`.
    func currentChat(of call: Call) -> Int64? { call.chatID.map(migrations.current) }

    /// What a call counts against: a chat's id or name, the scope of a call to no chat, or a business account's
    /// chat as scopes are written.
    func destination(of call: Call, in scope: Scope) -> String {
        call.destination(id: currentChat(of: call), in: scope)
    }

    /// How long a call has to wait; nil when it may go.
    mutating func wait(for call: Call, in scope: Scope) -> Duration? {
        floodWaits.wait(for: destination(of: call, in: scope), at: .current)
    }

    /// Nothing goes to a chat for so long.
    ///
    /// - Returns: how long it waits: an earlier 429 may have named a longer time. Nil where that is over.
    @discardableResult
    mutating func hold(_ chat: String, for wait: Duration) -> Duration? {
        floodWaits.hold(chat, until: .current + wait, at: .current)
        return floodWaits.wait(for: chat, at: .current)
    }

    /// The rate-limited chats, by name, and the time left for each.
    var holds: [(chat: String, left: Duration)] { floodWaits.holds(at: .current) }

    /// Calls for `old` go to `new` from now on. False where that is known, or would lead back.
    @discardableResult
    mutating func migrate(_ old: Int64, to new: Int64) -> Bool { migrations.add(from: old, to: new) }

    /// Whether a chat has another id now.
    func hasMoved(_ chat: Int64) -> Bool { migrations.current(chat) != chat }
}
