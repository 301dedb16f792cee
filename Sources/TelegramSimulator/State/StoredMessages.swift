import DequeModule
import JSON

/// The messages of a chat that a bot may still refer to. They are stored as text to save memory, because a replay may
/// have a thousand chats.
struct StoredMessages {
    private let countLimit: Int
    private let byteLimit: Int
    private var texts: [Int64: [UInt8]] = [:]
    /// Ids in the order of arrival; the id of a deleted message stays until it is the oldest.
    private var order: Deque<Int64> = []
    private var size = 0
    /// The bots that sent channel posts, by message id: posts don't name their authors.
    private(set) var botsOfPosts: [Int64: Int64] = [:]
    /// The bot that wrote last.
    private(set) var newestBot: Int64?

    /// - Parameter byteLimit: the maximum size of all messages together; the newest is always kept.
    init(countLimit: Int, byteLimit: Int) {
        (self.countLimit, self.byteLimit) = (countLimit, byteLimit)
    }

    var ids: [Int64] { texts.keys.sorted() }

    func contains(_ id: Int64) -> Bool { texts[id] != nil }

    /// A copy of a `Message`; nil if it is unknown, deleted, or too old.
    subscript(id: Int64) -> JSON? { texts[id].flatMap { try? JSON(parsing: $0) } }

    /// Adds a `Message`, or replaces the one with its id.
    ///
    /// - Parameter bot: the bot that sends it; nil for a user, and for a change.
    mutating func put(_ message: JSON, from bot: Int64? = nil) {
        guard let id = message["message_id"]?.integer else { return }
        if let bot {
            newestBot = bot
            if message["from"] == nil { botsOfPosts[id] = bot }
        }
        let text = message.bytes
        if let old = texts.updateValue(text, forKey: id) {
            size -= old.count
        } else {
            order.append(id)
        }
        size += text.count
        while order.count > countLimit || size > byteLimit, let oldest = order.first, oldest != id {
            order.removeFirst()
            remove(oldest)
        }
    }

    mutating func remove(_ id: Int64) {
        guard let text = texts.removeValue(forKey: id) else { return }
        size -= text.count
        botsOfPosts[id] = nil
    }

    /// The newest message that matches.
    func last(where fits: (JSON) -> Bool) -> JSON? {
        for id in order.reversed() {
            if let message = self[id], fits(message) { return message }
        }
        return nil
    }
}
