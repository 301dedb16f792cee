/// The bots of a simulated Telegram, each with its view of it, in the order of their creation. The views belong to
/// others: a view that is released is no longer listed.
final class SimulatedBots {
    private struct Entry {
        weak var view: SimulatedTelegram?
    }

    private var entries: [Entry] = []

    var all: [SimulatedTelegram] { entries.compactMap(\.view) }

    var ids: Set<Int64> { Set(all.map(\.botID)) }

    subscript(id: Int64) -> SimulatedTelegram? { all.first { $0.botID == id } }

    func add(_ view: SimulatedTelegram) { entries.append(Entry(view: view)) }
}
