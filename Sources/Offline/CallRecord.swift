import BotGateway
import JSON
import Reactor

/// Calls as lines that a child could have written, everything filled in, in the order that is wanted.
package final class CallRecord {
    package enum Order {
        /// Scope by scope, as they first appear in the log, each in its child's order: the same every time.
        case grouped
        /// As they come, with the scope in each line.
        case asTheyCome
        /// As they come, and as they were written.
        case plain
    }

    /// Takes whole lines, with their ends.
    package var output: ([UInt8]) -> Void = { _ in }

    private let order: Order
    private let groups: ScopeOrderedOutput
    private let files: ChildFiles?

    /// - Parameters:
    ///   - spoolDirectory: where lines wait on disk that are too many for memory.
    ///   - files: those that children fetch: in a line their directory has a name that is the same every time.
    package init(order: Order, spoolDirectory: String, files: ChildFiles?) {
        (self.order, self.files) = (order, files)
        groups = ScopeOrderedOutput(spool: Spool(directory: spoolDirectory))
    }

    /// A scope has appeared.
    func add(_ scope: Scope) { groups.add(scope) }

    /// - Returns: its line, with its end.
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

    /// Writes what is still held back for the sake of the order.
    package func finish() { groups.finish(output) }
}
