import Glibc

/// Reads a file or a pipe piece by piece, at the reader's pace.
@MainActor package final class Input {
    /// Called with each piece, and with an empty piece at the end.
    package var onPiece: (UnsafeRawBufferPointer) -> Void = { _ in }
    /// Called when reading fails; no more pieces follow.
    package var onFailure: (SystemError) -> Void = { _ in }
    /// Asked before each piece: false delays reading until the consumers have caught up.
    package var mayGoOn: () -> Bool = { true }

    /// Whether this is a regular file, which can always be read without waiting.
    package let isFile: Bool

    private let name: String
    private let descriptor: Int32
    private let loop: EventLoop
    private var piece = [UInt8](repeating: 0, count: 1 << 14)
    private var isWatched = false
    private var ended = false

    /// - Parameter path: a file, or `-` for stdin. Fails if it can't be opened.
    package init(path: String, on loop: EventLoop) throws(SystemError) {
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
        isFile = File.isRegular(status.st_mode)
    }

    package func start() {
        if isFile { readSoon() } else { watch() }
    }

    /// Ends reading: no more pieces follow.
    package func stop() {
        guard !ended else { return }
        ended = true
        if isWatched { loop.unwatch(descriptor) }
        if descriptor > 0 { close(descriptor) }
    }

    private func watch() {
        guard !ended else { return }
        do throws(SystemError) {
            try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.readWhenWanted() }
            isWatched = true
        } catch {
            // epoll refuses files such as /dev/null, which are always ready.
            readSoon()
        }
    }

    private func readWhenWanted() {
        guard !mayGoOn() else { return readPiece() }
        // The descriptor stays readable, so every turn of the loop would report it.
        loop.unwatch(descriptor)
        isWatched = false
        loop.after(.milliseconds(2)) { [weak self] in self?.watch() }
    }

    /// Reads in a later turn of the loop, so that other events aren't delayed.
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
            let error = SystemError("reading \(name)")
            stop()
            return onFailure(error)
        }
        if count == 0 { stop() }
        piece.withUnsafeBytes { onPiece(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}
