import Glibc
import Reactor

/// Turns files into escape sequences that draw them.
///
/// A PNG is sent unchanged to a terminal with kitty's protocol. Other pictures are converted by `chafa` or `img2sixel`,
/// if installed. The converters run as separate processes, because a malicious picture may crash them.
@MainActor package final class TerminalPictures {
    /// The maximum width of a picture in columns.
    private static let columns = 40
    /// Longer escape sequences are not drawn.
    private static let byteLimit = 8 << 20
    private static let patience = Duration.seconds(5)

    private let kind: Terminal.Pictures
    private let searchPath: String
    private let loop: EventLoop
    private var conversions: [ObjectIdentifier: Conversion] = [:]

    /// - Parameter searchPath: the directories to search for `chafa` and `img2sixel`.
    package init(_ kind: Terminal.Pictures, searchPath: String, on loop: EventLoop) {
        (self.kind, self.searchPath, self.loop) = (kind, searchPath, loop)
    }

    /// Creates the escape sequences that draw a picture, for `LineEditor.show`.
    ///
    /// - Parameters:
    ///   - path: a file of any format.
    ///   - done: called once, within 5 seconds, possibly before this returns; with nil if the picture can't be drawn.
    package func draw(_ path: String, then done: @escaping (String?) -> Void) {
        guard kind != .none else { return done(nil) }
        if kind == .kitty, let png = Self.png(path) {
            return done(KittyPicture.escapes(png: png, columns: Self.columns))
        }
        let absolute = path.hasPrefix("/") ? path : "./\(path)"
        for command in Self.commands(kind, absolute) {
            guard let program = try? Program(command, searchPath: searchPath, environment: environment) else {
                continue
            }
            return convert(program, then: done)
        }
        done(nil)
    }

    private var environment: [String] { ["PATH=\(searchPath)", "TERM=xterm-256color", "LC_ALL=C.UTF-8"] }

    private static func commands(_ kind: Terminal.Pictures, _ path: String) -> [[String]] {
        let chafa = ["chafa", "--size", "\(columns)x20", "--animate", "off"]
        return kind == .kitty
            ? [chafa + ["--format", "kitty", path]]
            : [["img2sixel", "-w", "320", path], chafa + ["--format", "sixels", path]]
    }

    private static func png(_ path: String) -> [UInt8]? {
        guard let bytes = read(path), KittyPicture.isPNG(bytes) else { return nil }
        return bytes
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = try? InputFile(path), file.size > 0, file.size <= byteLimit else { return nil }
        var bytes = [UInt8](repeating: 0, count: file.size)
        let count = try? bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return count == bytes.count ? bytes : nil
    }

    private func convert(_ program: Program, then done: @escaping (String?) -> Void) {
        let conversion = Conversion()
        let key = ObjectIdentifier(conversion)
        conversion.onEnd = { [weak self] picture in
            self?.conversions[key] = nil
            done(picture)
        }
        guard conversion.start(program, limit: Self.byteLimit, patience: Self.patience, on: loop) else {
            return done(nil)
        }
        conversions[key] = conversion
    }
}

/// A running conversion of one picture.
private final class Conversion: ChildProcessObserver {
    var onEnd: (String?) -> Void = { _ in }
    private var process: ChildProcess?
    private var lines: [String] = []
    private var isTooLong = false
    private var timer: Timer?

    func start(_ program: Program, limit: Int, patience: Duration, on loop: EventLoop) -> Bool {
        process = try? ChildProcess(program, lineLimit: limit, on: loop, observer: self)
        process?.endInput()
        timer = loop.after(patience) { [weak self] in self?.process?.signal(SIGKILL) }
        return process != nil
    }

    func childWrote(_ line: LineSplitter.Line) {
        guard case .whole(let bytes) = line, lines.count < 4096 else { return isTooLong = true }
        lines.append(String(decoding: bytes, as: UTF8.self))
    }

    func childWroteStderr(_ line: LineSplitter.Line) {}
    func childReadAll() {}
    func childClosedPipe() {}

    func childExited(_ exit: ChildProcess.Exit) {
        timer?.cancel()
        process = nil
        let picture = lines.joined(separator: "\n")
        onEnd(exit.status == 0 && !isTooLong && !picture.isEmpty ? picture : nil)
    }
}
