import BotGateway
import JSON
import Reactor

/// Writes calls as lines that a child could have written, with all defaults filled in.
package final class CallRecord {
    package enum Order {
        /// Scope by scope, in the order in which scopes first appear in the log. The output is deterministic.
        case grouped
        /// In order of arrival, with the scope in each line.
        case asTheyCome
        /// In order of arrival, without the scope.
        case plain
    }

    /// Receives whole lines, including the newline.
    package var output: ([UInt8]) -> Void = { _ in }

    private let order: Order
    private let groups: ScopeOrderedOutput
    private let files: ChildFiles?

    /// - Parameters:
    ///   - spoolDirectory: the directory for lines that don't fit in memory.
    ///   - files: the files that children download. Lines show a fixed name for their directory, so that the output is
    ///     deterministic.
    package init(order: Order, spoolDirectory: String, files: ChildFiles?) {
        (self.order, self.files) = (order, files)
        groups = ScopeOrderedOutput(spool: Spool(directory: spoolDirectory))
    }

    /// Registers a scope. Grouped output has the order of registration.
    func add(_ scope: Scope) { groups.add(scope) }

    /// - Returns: the call's line, including the newline.
    @discardableResult
    func add(_ call: Call, for scope: Scope) -> [UInt8] {
        let line = line(of: call, for: scope)
        if order == .grouped { groups.append(line, to: scope, output) } else { output(line) }
        return line
    }

    private func line(of call: Call, for scope: Scope) -> [UInt8] {
        let start: JSON = order == .asTheyCome ? ["scope": JSON(scope.description)] : [:]
        let text = call.line(after: start).bytes + [UInt8(ascii: "\n")]
        guard let files, files.directory != nil else { return text }
        return Array(files.withoutItsName(String(decoding: text, as: UTF8.self)).utf8)
    }

    /// Writes the lines that were held back to keep the order.
    package func finish() { groups.finish(output) }
}
