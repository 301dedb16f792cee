import BotAPI

/// Remembers the updates that a webhook brings. They come in any order, so an offset says nothing.
extension DiskJournal {
    /// The updates that earlier runs took; nil if there are none.
    package func takenUpdates() throws(GatewayFailure) -> TakenUpdates? {
        try JournalDatabase.reporting(at: place) { () throws(DatabaseError) in
            var ids: [Int64] = []
            let read = try database.prepare("SELECT value FROM facts WHERE name GLOB 'taken_*'")
            while try read.step() {
                if let id = read.integer(0) { ids.append(id) }
            }
            let facts = JournalMetadata(database)
            var polled = try facts.offset
            if polled == nil { polled = try facts["polled"] }
            return ids.isEmpty && polled == nil ? nil : TakenUpdates(ids, polledUntil: polled)
        }
    }

    /// From now on a webhook brings the updates: the ids of appended events are stored. The first ones make the offset
    /// invalid.
    package func noteUpdates() throws(GatewayFailure) {
        if let offset = try offset() { commit.add { $0.metadata.polled = offset } }
        notesUpdates = true
    }
}
