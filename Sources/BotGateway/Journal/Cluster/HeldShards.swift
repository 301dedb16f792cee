/// The shards that a gateway holds, and the poll.
struct HeldShards {
    private struct Held {
        let epoch: Int64
        /// The key of its last event that was read.
        var lastKey: Int64 = 0
        /// It is given back once its children have finished.
        var isLeaving = false
    }

    private var held: [Int: Held] = [:]

    var isEmpty: Bool { numbers.isEmpty }
    /// With the poll's.
    var all: [Int] { held.keys.sorted() }
    var numbers: [Int] { held.keys.filter { $0 != Cluster.poll }.sorted() }
    var count: Int { numbers.count }
    var epochs: [Int: Int64] { held.mapValues(\.epoch) }
    var leaving: [Int] { held.filter(\.value.isLeaving).map(\.key) }
    /// The next one to give away to a gateway that wants it; nil while one is leaving: they go one after another.
    func next(of wanted: Set<Int>) -> Int? { leaving.isEmpty ? numbers.last(where: wanted.contains) : nil }

    func epoch(of shard: Int) -> Int64 { held[shard]?.epoch ?? 0 }

    mutating func take(_ shard: Int, epoch: Int64) { held[shard] = Held(epoch: epoch) }

    /// - Returns: false if it wasn't held.
    mutating func lose(_ shard: Int) -> Bool { held.removeValue(forKey: shard) != nil }

    mutating func leave(_ shards: [Int]) {
        for shard in shards { held[shard]?.isLeaving = true }
    }

    /// Where to read new events.
    struct Position {
        let shard: Int
        let epoch: Int64
        let lastKey: Int64
    }

    var readable: [Position] {
        held.compactMap { shard, held in
            shard == Cluster.poll || held.isLeaving
                ? nil : Position(shard: shard, epoch: held.epoch, lastKey: held.lastKey)
        }
    }

    /// Takes over events that were read, but for those of a shard that was lost meanwhile.
    mutating func accept(_ events: [(event: IncomingEvent, position: Position)]) -> [IncomingEvent] {
        events.compactMap { event, position in
            guard let shard = held[position.shard], shard.epoch == position.epoch, !shard.isLeaving,
                event.key > shard.lastKey
            else { return nil }
            held[position.shard]?.lastKey = event.key
            return event
        }
    }
}
