import BotGateway
import Reactor

/// Prints lines group by group: lines of the first group immediately, all others at the end.
final class ScopeOrderedOutput {
    private struct Group {
        var lines: [UInt8] = []
        var pieces: [Spool.Piece] = []
    }

    /// The maximum number of bytes per group in memory; more are spooled to disk.
    private static let memoryLimit = 16 << 10

    private let spool: Spool
    private var groups: [Group] = []
    private var numbers: [Scope: Int] = [:]

    init(spool: Spool) { self.spool = spool }

    func add(_ scope: Scope) {
        guard numbers[scope] == nil else { return }
        numbers[scope] = groups.count
        groups.append(Group())
    }

    func append(_ line: [UInt8], to scope: Scope, _ output: ([UInt8]) -> Void) {
        add(scope)
        guard let number = numbers[scope], number > 0 else { return output(line) }
        groups[number].lines += line
        guard groups[number].lines.count > Self.memoryLimit else { return }
        groups[number].pieces.append(spool.put(groups[number].lines))
        groups[number].lines = []
    }

    func finish(_ output: ([UInt8]) -> Void) {
        for group in groups {
            for piece in group.pieces { spool.take(piece).map(output) }
            output(group.lines)
        }
        groups = []
        numbers = [:]
    }
}
