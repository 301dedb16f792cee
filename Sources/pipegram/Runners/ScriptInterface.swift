import Glibc
import Reactor

/// Reads lines from stdin and writes answers to stdout.
@MainActor final class ScriptInterface: ChatInterface {
    var onLine: (String) -> Void = { _ in }
    var onRejectedLine: (String) -> Void = { _ in }
    var onEnd: () -> Void = {}
    var onFailure: (SystemError) -> Void = { _ in }
    /// A script has no Tab.
    var completions: (String) -> [String] = { _ in [] }
    var mayGoOn: () -> Bool {
        get { input.mayGoOn }
        set { input.mayGoOn = newValue }
    }

    private static let lineLimit = 1 << 20
    private let input: Input
    private var lines = LineSplitter()

    init(on loop: EventLoop) throws(SystemError) { input = try Input(path: "-", on: loop) }

    func start() {
        input.onPiece = { [unowned self] piece in
            if piece.isEmpty {
                lines.finish { take($0) }
                onEnd()
            } else {
                lines.split(piece, limit: Self.lineLimit) { take($0) }
            }
        }
        input.onFailure = { [unowned self] in onFailure($0) }
        input.start()
    }

    private func take(_ line: LineSplitter.Line) {
        switch line {
        case .whole(let bytes):
            onLine(
                String(
                    decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...], as: UTF8.self)
            )
        case .tooLong: onRejectedLine("line dropped: it is longer than \(Self.lineLimit) bytes")
        }
    }

    func show(_ lines: [String]) {
        guard !lines.isEmpty, !File.writeAll(Array((lines.joined(separator: "\n") + "\n").utf8), to: 1) else {
            return
        }
        onFailure(SystemError("stdout"))
    }

    func showPicture(_ path: String) {}
    func setPrompt(_ title: String, notice: String?) {}

    func close() { input.stop() }
}
