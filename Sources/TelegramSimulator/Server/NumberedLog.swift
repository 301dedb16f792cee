import JSON
import Reactor

/// A log with entries numbered from 1. A reader asks for the entries after a number, and may wait for the next one.
final class NumberedLog {
    /// Selects entries.
    struct Query {
        fileprivate(set) var after: Int64 = 0
        /// Nil for all kinds; likewise a nil `bot` or `chat`. Entries of no bot are selected for each.
        var kind: String?
        var bot: Int64?
        var chat: Int64?
        /// The maximum number of entries; older ones are left out.
        var newest = Int.max
    }

    private struct Entry {
        let number: Int64
        let kind: String
        let bot: Int64?
        let chat: Int64?
        let text: [UInt8]

        func matches(_ query: Query) -> Bool {
            number > query.after && (query.kind.map { $0.lowercased() == kind } ?? true)
                && (query.bot.map { $0 == bot ?? $0 } ?? true) && (query.chat.map { $0 == chat } ?? true)
        }
    }

    private struct Waiting {
        let query: Query
        let reply: ([UInt8]) -> Void
        let timer: Timer
    }

    /// The limits beyond which the oldest entries are dropped.
    private let limit: Int
    private let byteLimit: Int
    private var size = 0
    private let loop: EventLoop
    private var entries: [Entry] = []
    private var waiting: [Int64: Waiting] = [:]
    private var queries: Int64 = 0
    /// The number of the newest entry; 0 if there was none.
    private(set) var last: Int64 = 0

    /// - Parameters:
    ///   - limit: the minimum number of entries to keep, as long as they fit into `byteLimit`.
    ///   - byteLimit: the maximum size of all entries together; the newest entry is always kept.
    init(on loop: EventLoop, limit: Int = 10_000, byteLimit: Int = 64 << 20) {
        (self.loop, self.limit, self.byteLimit) = (loop, limit, byteLimit)
    }

    /// Adds an entry. It is serialized immediately, because the object that it describes may change later.
    ///
    /// - Parameters:
    ///   - kind: in lower case.
    ///   - bot: a bot's id, which is added as `bot`; nil for none.
    ///   - object: the text of an object with at least one member. The entry's number is added as `id`.
    func add(_ kind: String, bot: Int64?, chat: Int64?, _ object: [UInt8]) {
        last += 1
        let start = bot.map { #"{"id":\#(last),"bot":\#($0),"# } ?? #"{"id":\#(last),"#
        let text = Array(start.utf8) + object.dropFirst()
        entries.append(Entry(number: last, kind: kind, bot: bot, chat: chat, text: text))
        size += text.count
        if entries.count > 2 * limit || size > byteLimit { forgetOldest() }
        // Entries added in the same turn, such as the messages of an album, are reported together.
        if !waiting.isEmpty { loop.soon { [weak self] in self?.replyToWaiting() } }
    }

    /// - Parameters:
    ///   - wait: how long to wait if no entry matches.
    ///   - reply: called once, with the elements of a JSON array; empty after a timeout.
    func read(_ query: Query, wait: Duration, then reply: @escaping ([UInt8]) -> Void) {
        let found = entries(for: query)
        guard found.isEmpty, wait > .zero else { return reply(found) }
        queries += 1
        let number = queries
        let timer = loop.after(wait) { [weak self] in self?.waiting.removeValue(forKey: number)?.reply([]) }
        waiting[number] = Waiting(query: query, reply: reply, timer: timer)
    }

    /// Whether there is an entry of a kind, in lower case.
    func contains(kind: String) -> Bool { entries.contains { $0.kind == kind } }

    /// Drops all entries; the numbering continues.
    func removeAll() {
        entries.removeAll()
        size = 0
    }

    /// Drops entries down to `limit` and half of `byteLimit`, so that this runs rarely.
    private func forgetOldest() {
        var count = 0
        while count < entries.count - 1, count < entries.count - limit || size > byteLimit / 2 {
            size -= entries[count].text.count
            count += 1
        }
        entries.removeFirst(count)
    }

    private func replyToWaiting() {
        for (number, asked) in waiting {
            let found = entries(for: asked.query)
            guard !found.isEmpty else { continue }
            asked.timer.cancel()
            waiting[number] = nil
            asked.reply(found)
        }
    }

    private func entries(for query: Query) -> [UInt8] {
        let found = entries.filter { $0.matches(query) }.suffix(query.newest)
        return Array(found.map(\.text).joined(separator: [UInt8(ascii: ",")]))
    }
}
