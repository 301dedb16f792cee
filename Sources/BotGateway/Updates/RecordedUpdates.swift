import Glibc
import JSON
import Reactor

/// Updates from a recorded log: a file, or what comes on a pipe.
public final class RecordedUpdates: UpdateSource {
    public var onUpdates: (UpdateBatch) -> Void = { _ in }
    public var onEnd: (GatewayFailure?) -> Void = { _ in }
    /// Asked before each piece: false when those who take the updates have enough of them for now.
    public var mayGoOn: () -> Bool = { true }

    /// It is a file, so that what comes next is there already.
    public let isFile: Bool

    private let name: String
    private let descriptor: Int32
    private let loop: EventLoop
    private var scanner = UpdateLogScanner()
    private var piece = [UInt8](repeating: 0, count: 1 << 14)
    private var isWatched = false
    private var ended = false

    /// - Parameter path: a file, or `-` for stdin. Fails when it can't be opened.
    public init(path: String, on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        name = path == "-" ? "stdin" : path
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(name) }
        var status = stat()
        fstat(descriptor, &status)
        guard status.st_mode & S_IFMT != S_IFDIR else {
            if descriptor > 0 { close(descriptor) }
            throw SystemError(name, code: EISDIR)
        }
        isFile = status.st_mode & S_IFMT == S_IFREG
    }

    public func start() {
        if isFile { readSoon() } else { watch() }
    }

    public func stop() {
        end(nil, telling: false)
    }

    public func confirm(then done: @escaping () -> Void) {
        done()
    }

    private func watch() {
        guard !ended else { return }
        do throws(SystemError) {
            try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.readWhenWanted() }
            isWatched = true
        } catch {
            // What can't be waited for, such as /dev/null, is always ready.
            readSoon()
        }
    }

    private func readWhenWanted() {
        guard !mayGoOn() else { return readPiece() }
        // It stays readable, and would be reported in every turn of the loop.
        loop.unwatch(descriptor)
        isWatched = false
        loop.after(.milliseconds(2)) { [weak self] in self?.watch() }
    }

    /// In the next turn of the loop: what the children say meanwhile is not kept waiting.
    private func readSoon(after delay: Duration = .zero) {
        loop.after(delay) { [weak self] in
            guard let self, !self.ended else { return }
            guard self.mayGoOn() else { return self.readSoon(after: .milliseconds(2)) }
            self.readPiece()
            self.readSoon()
        }
    }

    private func readPiece() {
        guard !ended else { return }
        let count = read(descriptor, &piece, piece.count)
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return }
            return end(GatewayFailure(.inputOutput, "\(SystemError("reading \(name)"))"))
        }
        var updates: [Update] = []
        do throws(JSONError) {
            if count == 0 {
                try scanner.finish()
            } else {
                try piece.withUnsafeBytes { bytes in
                    Result { () throws(JSONError) in
                        try scanner.scan(UnsafeRawBufferPointer(rebasing: bytes[..<count])) {
                            (json, text, position) throws(JSONError) in
                            updates.append(try Self.update(json, text, at: position))
                        }
                    }
                }.get()
            }
        } catch {
            if !updates.isEmpty { onUpdates(UpdateBatch(updates)) }
            return end(GatewayFailure(.malformedLog, "\(name): \(error)"))
        }
        if !updates.isEmpty { onUpdates(UpdateBatch(updates)) }
        if count == 0 { end(nil) }
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

    private func end(_ failure: GatewayFailure?, telling: Bool = true) {
        guard !ended else { return }
        ended = true
        if isWatched { loop.unwatch(descriptor) }
        if descriptor > 0 { close(descriptor) }
        if telling { onEnd(failure) }
    }
}
