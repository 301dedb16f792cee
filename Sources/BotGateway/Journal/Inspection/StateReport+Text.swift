import Reactor

/// The report for people.
extension StateReport {
    /// The most rows of a table; one more row sums up the rest.
    private static let rowLimit = 20

    /// Lines without newlines; some are empty.
    package var lines: [String] {
        var lines = Self.aligned(summary.map { [$0, $1] }, rightFrom: 2)
        lines += shardLines
        lines += table("children", ["pid", "age", "events", "calls"], withChild) { scope in
            [scope.child.map { "\($0.pid)" } ?? "", scope.child?.age.rounded ?? ""]
        }
        lines += table("without a child", ["events", "calls"], withoutChild) { _ in [] }
        let heads = scopes.filter { $0.calls > 0 }.map {
            ["  \($0.scope)", $0.firstCall ?? "unreadable", "\($0.calls)"]
        }
        lines += Self.section("scopes with waiting calls", ["first", "calls"], heads) {
            ["  and \($0) more", "", ""]
        }
        let holds = holds.map { ["  \($0.chat)", $0.left.rounded] }
        lines += Self.section("rate-limited chats", ["left"], holds) { ["  and \($0) more", ""] }
        return lines
    }

    private var summary: [(String, String)] {
        let id = "id \(bot.map(String.init) ?? "unknown")"
        let letters = deadLetters.marked == 0 ? "" : ", \(deadLetters.marked) marked for retry"
        return [
            ("bot", username.map { "@\($0), \(id)" } ?? id), ("state", directory ?? "in memory"),
            (isShared ? "gateways" : "gateway", lifeText), (health.isWebhook ? "webhook" : "polls", pollText),
            ("offset", offset.map(String.init) ?? (health.isWebhook ? "none" : "none yet")),
            ("events", "\(Self.sum(scopes, \.events))"),
            ("calls", "\(Self.sum(scopes, \.calls))\(callErrorText)"),
            ("dead letters", "\(deadLetters.total)\(letters)"), ("dropped", droppedText),
        ] + (paired.map { [("paired", "\($0.count.counted("user")) from \($0.file)")] } ?? [])
    }

    private var isShared: Bool {
        if case .cluster = life { true } else { false }
    }

    /// Who has which shards.
    private var shardLines: [String] {
        guard case .cluster(let cluster) = life else { return [] }
        let rows = cluster.shards.filter { $0.number >= 0 }.map { shard in
            ["  \(shard.number)", cluster.holder(of: shard) ?? "none", "\(shard.epoch)"]
        }
        return Self.section("shards", ["holder", "epoch"], rows) { ["  and \($0) more", "", ""] }
    }

    private var pollText: String {
        // Its milliseconds aren't stored.
        let last = health.lastPoll.map { "last \(ago(max($0 * 1000, started ?? 0)))" } ?? "none yet"
        let errors = health.pollErrors == 0 ? "" : ", \(health.pollErrors.counted("error"))"
        return last + errors + failure
    }

    private var failure: String {
        guard health.isPollFailing else { return "" }
        if case .running = life { return "; failing now" }
        return "; failing at the end"
    }

    private var callErrorText: String {
        health.callErrors == 0 ? "" : ", \(health.callErrors.counted("error"))"
    }

    private func ago(_ time: Int64) -> String { "\(Duration.milliseconds(max(0, now - time)).rounded) ago" }

    private var droppedText: String {
        let reasons = [(dropped.notAllowed, "not allowed"), (dropped.tooOld, "too old")].filter {
            $0.0 > 0
        }
        return reasons.isEmpty ? "0" : reasons.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private var lifeText: String {
        switch life {
        case .running(let pid): return "running for \(uptime?.rounded ?? "some time"), pid \(pid)"
        case .stopped(let end): return "stopped \(ago(end))"
        case .copied: return "not started since 'pipegram state copy'"
        case .cluster(let cluster):
            let count = cluster.gateways.count
            let poller = cluster.poller.map { "\($0) is polling" } ?? "none is polling"
            return count == 0 ? "stopped" : "\(count) running; \(poller)"
        case .killed:
            return "killed, or the machine went down" + (started.map { "; started \(ago($0))" } ?? "")
        }
    }

    private func table(
        _ title: String, _ columns: [String], _ scopes: [Entry], details: (Entry) -> [String]
    ) -> [String] {
        let rows = scopes.map { scope in
            ["  \(scope.scope)"] + details(scope) + ["\(scope.events)", "\(scope.calls)"]
        }
        return Self.section(title, columns, rows) { left in
            let rest = scopes.suffix(left)
            let blanks = [String](repeating: "", count: columns.count - 2)
            return ["  and \(left) more"] + blanks
                + ["\(Self.sum(rest, \.events))", "\(Self.sum(rest, \.calls))"]
        }
    }

    /// A table with a title, cut after `rowLimit` rows; nothing if there are no rows.
    private static func section(
        _ title: String, _ columns: [String], _ rows: [[String]], sum: (Int) -> [String]
    ) -> [String] {
        guard !rows.isEmpty else { return [] }
        let left = rows.count - rowLimit
        let shown = left > 0 ? rows.prefix(rowLimit) + [sum(left)] : rows[...]
        return [""] + aligned([["\(title): \(rows.count)"] + columns] + shown, rightFrom: 1)
    }

    /// Pads the cells to equal widths. The columns from `right` on are aligned right.
    private static func aligned(_ rows: [[String]], rightFrom right: Int) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < right ? cell.0 + blanks : blanks + cell.0
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
