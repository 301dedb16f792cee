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

    private(set) var entries: [Entry] = []
    /// The id of the next update.
    private(set) var nextID: Int64

    init(firstID: Int64) {
        nextID = firstID
    }

    var count: Int { entries.count }

    /// Keeps an update under its own id, in its place in the order; an equal id is replaced.
    ///
    /// An empty queue goes on from any id, also a lower one: so does Telegram after a week of silence.
    mutating func insert(_ text: [UInt8], id: Int64) {
        let entry = Entry(id: id, text: text)
        guard let last = entries.last, id <= last.id else {
            entries.append(entry)
            nextID = id + 1
            return
        }
        let place = entries.firstIndex { $0.id >= id } ?? entries.endIndex
        if entries[place].id == id {
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
    mutating func take(from offset: Int64, limit: Int64) -> ArraySlice<Entry> {
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
        entries.removeAll { $0.id == id }
    }

    mutating func removeAll() {
        entries.removeAll()
    }

    private mutating func forget(before offset: Int64) {
        if offset < 0 {
            entries.removeFirst(max(0, count - Int(clamping: offset.magnitude)))
            return
        }
        let oldest = entries.first?.id ?? nextID
        guard offset > 0, offset <= nextID + Self.future, offset >= oldest - Self.past else { return }
        entries.removeFirst(entries.prefix { $0.id < offset }.count)
    }
}
