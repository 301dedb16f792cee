import Glibc

/// Writes to a descriptor that other programs may share, such as stdout, and never waits for who reads it.
@MainActor package final class Output {
    /// Called when it can't be written to: the reader is gone (EPIPE), the disk is full. `retry` goes on.
    package var onFailure: (SystemError) -> Void = { _ in }
    /// How many bytes haven't been written.
    package var pending: Int { bytes.count - written }

    /// A pipe that isn't full takes so many without making the writer wait.
    private static let step = 4096

    private let descriptor: Int32
    private let name: String
    private let loop: EventLoop
    private var bytes: [UInt8] = []
    private var written = 0
    /// Who is to be told when what was there up to an end is written.
    private var waiting: [(end: Int, done: () -> Void)] = []
    private var isWatched = false
    /// Nothing is written until `retry`.
    package private(set) var hasFailed = false

    /// - Parameter name: for messages.
    package init(_ descriptor: Int32, name: String, on loop: EventLoop) {
        (self.descriptor, self.name, self.loop) = (descriptor, name, loop)
    }

    /// Opens what is there and isn't a file: a pipe, a terminal.
    package convenience init(path: String, on loop: EventLoop) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        self.init(descriptor, name: path, on: loop)
    }

    isolated deinit {
        if isWatched { loop.unwatch(descriptor) }
    }

    /// - Parameter done: called once all of it is written, from the loop, perhaps before this returns.
    package func write(_ lines: [UInt8], then done: @escaping () -> Void = {}) {
        bytes += lines
        waiting.append((bytes.count, done))
        if !isWatched, !hasFailed { advance() }
    }

    /// Goes on after a failure, with the byte that couldn't be written.
    package func retry() {
        hasFailed = false
        advance()
    }

    /// Waits until all is written, so long at most: for the last words before an end.
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
