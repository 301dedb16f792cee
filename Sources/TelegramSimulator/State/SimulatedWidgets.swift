import JSON

/// The widgets that may be sent again, and the queries from widgets.
struct SimulatedWidgets {
    /// `Widget` objects by id.
    private(set) var shared: [String: JSON] = [:]
    /// Telegram accepts an answer for 15 s.
    var queries: CallbackQueries
    private let start: Int64

    /// - Parameter start: the number before the first query's, and before the first widget's.
    init(limit: Int, after start: Int64) {
        queries = CallbackQueries(limit: limit, lifetime: 15, after: start)
        self.start = start
    }

    /// Keeps a new or changed widget.
    ///
    /// - Returns: the widget with its id.
    mutating func share(_ widget: JSON) -> JSON {
        var widget = widget
        let id = widget["id"]?.string ?? String(5_100_000_000_000_000_001 + start + Int64(shared.count))
        widget.set("id", JSON(id))
        shared[id] = widget
        return widget
    }
}
