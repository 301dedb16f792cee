import Reactor

/// The direction of a line between the gateway and a child.
package enum ChildLineDirection {
    /// To the child's stdin.
    case given
    /// From the child's stdout.
    case written
}

extension Children {
    /// Sets an observer of each line on a child's stdin or stdout. A line has no `\n`, and is valid only during the call;
    /// of a line that is too long, only the start comes.
    package func onLine(_ handle: @escaping (Scope, ChildLineDirection, UnsafeRawBufferPointer) -> Void) {
        context.handlers.line = handle
    }
}

/// Shows the child's lines to an observer.
extension ChildSession {
    /// - Parameter lines: whole lines for the child's stdin.
    func observe(given lines: [UInt8]) {
        guard let observe = context.handlers.line else { return }
        lines.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                observe(scope, .given, UnsafeRawBufferPointer(rebasing: line))
            }
        }
    }

    func observe(_ line: LineSplitter.Line) {
        guard let observe = context.handlers.line else { return }
        switch line {
        case .whole(let bytes): observe(scope, .written, bytes)
        case .tooLong(let start): start.withUnsafeBytes { observe(scope, .written, $0) }
        }
    }
}
