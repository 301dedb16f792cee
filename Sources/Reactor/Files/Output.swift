import Glibc

/// Writes to a descriptor that may be shared with other programs, such as stdout, without blocking on a slow reader.
@MainActor package final class Output {
    /// Called when a write fails, for example because the reader is gone (EPIPE) or the disk is full. `retry`
    /// continues.
    package var onFailure: (SystemError) -> Void = { _ in }
    /// How many bytes are still to be written.
    package var pending: Int { bytes.count - written }

    /// A pipe that poll(2) reports as writable takes this many bytes (PIPE_BUF) without blocking.
    private static let step = 4096

    private let descriptor: Int32
    private let name: String
    private let loop: EventLoop
    private var bytes: [UInt8] = []
    private var written = 0
    /// Callbacks, each with the offset in `bytes` up to which everything must be written first.
    private var waiting: [(end: Int, done: () -> Void)] = []
    private var isWatched = false
    /// Whether a write failed: nothing is written until `retry`.
    package private(set) var hasFailed = false

    /// - Parameter name: the descriptor's name in error messages.
    package init(_ descriptor: Int32, name: String, on loop: EventLoop) {
        (self.descriptor, self.name, self.loop) = (descriptor, name, loop)
    }

    /// Opens an existing file that isn't regular: a pipe or a terminal.
    package convenience init(path: String, on loop: EventLoop) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        self.init(descriptor, name: path, on: loop)
    }

    isolated deinit {
        if isWatched { loop.unwatch(descriptor) }
    }

    /// - Parameter done: called from the loop once all of it is written, perhaps before this returns.
    package func write(_ lines: [UInt8], then done: @escaping () -> Void = {}) {
        bytes += lines
        waiting.append((bytes.count, done))
        if !isWatched, !hasFailed { advance() }
    }

    /// Continues after a failure, with the first byte that wasn't written.
    package func retry() {
        hasFailed = false
        advance()
    }

    /// Blocks until everything is written, at most for `limit`: for the last output before the process exits.
    package func finish(within limit: Duration) {
        let deadline = Instant.current + limit
        while pending > 0, !hasFailed, case let left = deadline - Instant.current, left > .zero {
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&state, 1, Int32(clamping: left.milliseconds))
            advance()
        }
    }

    private func advance() {
        while written < bytes.count {
            guard isReady else { return watch() }
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), min(pending, Self.step))
            }
            if count < 0 {
                if errno == EAGAIN { return watch() }
                if errno == EINTR { continue }
                return fail(SystemError(name))
            }
            written += count
            tell()
            if written > 1 << 20 { forgetWritten() }
        }
        unwatch()
        tell()
        if pending == 0 { forgetWritten() }
    }

    private func forgetWritten() {
        bytes.removeFirst(written)
        for index in waiting.indices { waiting[index].end -= written }
        written = 0
    }

    private func tell() {
        while let first = waiting.first, first.end <= written {
            waiting.removeFirst()
            first.done()
        }
    }

    private var isReady: Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&state, 1, 0) > 0
    }

    private func watch() {
        guard !isWatched else { return }
        do throws(SystemError) {
            try loop.watch(descriptor, for: .writable) { [weak self] _ in self?.advance() }
            isWatched = true
        } catch {
            fail(error)
        }
    }

    private func unwatch() {
        if isWatched { loop.unwatch(descriptor) }
        isWatched = false
    }

    private func fail(_ error: SystemError) {
        unwatch()
        hasFailed = true
        onFailure(error)
    }
}
