import BotAPI
import JSON
import Reactor

/// Updates from a recorded log: a file or a pipe.
package final class RecordedUpdates: UpdateSource {
    package var onUpdates: (UpdateBatch) -> Void = { _ in }
    package var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Called before each piece is read: false pauses reading until the queues have room.
    package var mayGoOn: () -> Bool {
        get { input.mayGoOn }
        set { input.mayGoOn = newValue }
    }

    /// Whether the log is a file, so that the next update never takes long to arrive.
    package var isFile: Bool { input.isFile }

    private let name: String
    private let input: Input
    private var scanner = UpdateLogScanner()
    private var ended = false

    /// Fails if the log can't be opened.
    ///
    /// - Parameter path: a file, or `-` for stdin.
    package init(path: String, on loop: EventLoop) throws(SystemError) {
        name = path == "-" ? "stdin" : path
        input = try Input(path: path, on: loop)
    }

    package func start() {
        input.onPiece = { [unowned self] in read($0) }
        input.onFailure = { [unowned self] in end(GatewayFailure(.inputOutput, "\($0)")) }
        input.start()
    }

    package func stop() {
        ended = true
        input.stop()
    }

    package func confirm(then done: @escaping () -> Void) {
        done()
    }

    private func read(_ piece: UnsafeRawBufferPointer) {
        var updates: [Update] = []
        do throws(JSONError) {
            if piece.isEmpty {
                try scanner.finish()
            } else {
                try scanner.scan(piece) { (json, text, position) throws(JSONError) in
                    updates.append(try Self.update(json, text, at: position))
                }
            }
        } catch {
            if !updates.isEmpty { onUpdates(UpdateBatch(updates)) }
            return end(GatewayFailure(.malformedLog, "\(name): \(error)"))
        }
        if !updates.isEmpty { onUpdates(UpdateBatch(updates)) }
        if piece.isEmpty { end(nil) }
    }

    private static func update(
        _ json: JSON, _ text: [UInt8], at position: UpdateLogScanner.Position
    ) throws(JSONError) -> Update {
        do {
            return try Update(json, text: text, line: position.line)
        } catch {
            throw JSONError(reason: error.description, line: position.line, column: position.column)
        }
    }

    private func end(_ failure: GatewayFailure?) {
        guard !ended else { return }
        stop()
        onEnd(failure)
    }
}
