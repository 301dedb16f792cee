/// The updates that Telegram keeps for a bot until getUpdates confirms them, ascending by id.
struct UpdateQueue {
    struct Entry: Equatable {
        let id: Int64
        /// The update's JSON, exactly as it will be sent.
        let text: [UInt8]
    }

    /// How far an offset may be after the last id and before the first; getUpdates ignores other offsets.
    private static let future: Int64 = 10
    private static let past: Int64 = 100_000
    /// The maximum size of a response in bytes. The first update is always included.
    private static let answerLimit = 1 << 22

    /// The limits on pending updates: their number, and their total size in bytes. Further updates are dropped.
    static let countLimit = 100_000
    private static let byteLimit = 128 << 20
    /// The maximum size of an update in bytes; a longer one is dropped.
    private static let updateLimit = 512 << 10

    /// The highest id that Telegram gives to an update, and the lowest of the random ids that follow it.
    static let lastID: Int64 = 1_999_999_999
    private static let lowestRestart: Int64 = 2_000_001

    private(set) var entries: [Entry] = []
    private var size = 0
    /// The id of the next update.
    private(set) var nextID: Int64

    init(firstID: Int64) {
        nextID = firstID
    }

    var count: Int { entries.count }

    /// Whether the queue takes an update with this number of bytes; otherwise the update is dropped.
    func hasRoom(for count: Int) -> Bool {
        entries.count < Self.countLimit && count <= Self.updateLimit && size + count <= Self.byteLimit
    }

    /// Adds an update under its own id, in the order of ids. It replaces an update with the same id.
    ///
    /// An empty queue continues from any id, even a lower one, as Telegram does after a week without updates.
    mutating func insert(_ text: [UInt8], id: Int64) {
        let entry = Entry(id: id, text: text)
        size += text.count
        guard let last = entries.last, id <= last.id else {
            entries.append(entry)
            nextID = id &+ 1
            return
        }
        let place = entries.firstIndex { $0.id >= id } ?? entries.endIndex
        if entries[place].id == id {
            size -= entries[place].text.count
            entries[place] = entry
        } else {
            entries.insert(entry, at: place)
        }
    }

    /// The updates that getUpdates returns. A positive offset deletes all updates with lower ids; the offset -n deletes
    /// all but the newest n updates.
    ///
    /// - Parameters:
    ///   - offset: ignored if it is 0, or too far from the ids in the queue.
    ///   - limit: clamped to 1...100.
    mutating func updates(from offset: Int64, limit: Int64) -> ArraySlice<Entry> {
        forget(before: offset)
        var length = 0
        let fitting = entries.prefix(Int(min(max(limit, 1), 100))).prefix { entry in
            defer { length += entry.text.count }
            return length == 0 || length + entry.text.count < Self.answerLimit
        }
        return fitting
    }

    /// Removes an update that a webhook accepted.
    mutating func remove(_ id: Int64) {
        guard let place = entries.firstIndex(where: { $0.id == id }) else { return }
        size -= entries.remove(at: place).text.count
    }

    /// Continues from a low id, as an empty queue does.
    mutating func restart() { nextID = Self.lowestRestart }

    mutating func removeAll() {
        entries.removeAll()
        size = 0
    }

    private mutating func removeFirst(_ count: Int) {
        size -= entries.prefix(count).reduce(0) { $0 + $1.text.count }
        entries.removeFirst(count)
    }

    private mutating func forget(before offset: Int64) {
        if offset < 0 {
            removeFirst(max(0, count - Int(clamping: offset.magnitude)))
            return
        }
        let oldest = entries.first?.id ?? nextID
        guard offset > 0, offset <= nextID &+ Self.future, offset >= oldest &- Self.past else { return }
        removeFirst(entries.prefix { $0.id < offset }.count)
    }
}
