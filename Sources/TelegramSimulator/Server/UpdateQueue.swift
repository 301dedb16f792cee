/// The updates that Telegram keeps for a bot until getUpdates confirms them, ascending by id.
struct UpdateQueue {
    struct Entry: Equatable {
        let id: Int64
        /// The update as JSON, byte for byte as it will be sent.
        let text: [UInt8]
    }

    /// How far past the end an offset may lie, and how far before the start.
    private static let future: Int64 = 10
    private static let past: Int64 = 100_000
    /// An answer ends before this many bytes, though never before its first update.
    private static let answerLimit = 1 << 22

    /// So many updates wait at most, and so many bytes of them: more are dropped.
    static let countLimit = 100_000
    private static let byteLimit = 128 << 20
    /// No update is longer.
    private static let updateLimit = 512 << 10

    private(set) var entries: [Entry] = []
    private var size = 0
    /// The id of the next update.
    private(set) var nextID: Int64

    init(firstID: Int64) {
        nextID = firstID
    }

    var count: Int { entries.count }

    /// Whether an update of so many bytes would be created, or lost.
    func hasRoom(for count: Int) -> Bool {
        entries.count < Self.countLimit && count <= Self.updateLimit && size + count <= Self.byteLimit
    }

    /// Keeps an update under its own id, in its place in the order; an equal id is replaced.
    ///
    /// An empty queue goes on from any id, also a lower one: so does Telegram after a week of silence.
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

    /// What getUpdates answers; a positive offset deletes all that is lower, a negative one all but the
    /// newest that many.
    ///
    /// - Parameters:
    ///   - offset: ignored when it is 0, or too far from the ids in the queue.
    ///   - limit: taken as 1...100.
    mutating func updates(from offset: Int64, limit: Int64) -> ArraySlice<Entry> {
        forget(before: offset)
        var length = 0
        let fitting = entries.prefix(Int(min(max(limit, 1), 100))).prefix { entry in
            defer { length += entry.text.count }
            return length == 0 || length + entry.text.count < Self.answerLimit
        }
        return fitting
    }

    /// A webhook took it.
    mutating func remove(_ id: Int64) {
        guard let place = entries.firstIndex(where: { $0.id == id }) else { return }
        size -= entries.remove(at: place).text.count
    }

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
