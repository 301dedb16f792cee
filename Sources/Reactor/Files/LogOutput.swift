import Glibc

/// Writes log lines to a descriptor, and never waits for its reader: a full pipe or a stopped terminal must not stop the
/// program.
///
/// Lines that can't be written now are kept, up to a limit. Further ones are dropped and counted.
@MainActor package final class LogOutput {
    /// This program's stderr.
    package static let stderr = LogOutput(2)

    /// Lines of this size are kept for a slow reader.
    static let limit = 1 << 20

    /// Returns the line that reports how many lines were dropped. It is written once the reader reads again.
    package var reportDropped: (Int) -> [UInt8] = { Array("\($0) lines dropped\n".utf8) }

    private let target: Target
    private var loop: EventLoop?
    private var isWatched = false
    private var pending: [UInt8] = []
    private var written = 0
    private var dropped = 0

    init(_ descriptor: Int32) { target = Target(descriptor) }

    isolated deinit {
        unwatch()
        target.close()
    }

    /// Writes the kept lines from this loop, as soon as the reader takes them.
    package func flush(on loop: EventLoop) { self.loop = loop }

    /// - Parameter line: with its newline.
    package func write(_ line: [UInt8]) {
        if !pending.isEmpty, !isWatched { flush() }
        guard pending.isEmpty else { return keep(line) }
        let count = target.write(line[...])
        if count < line.count { keep(count == 0 ? line : Array(line.dropFirst(count))) }
    }

    private func keep(_ line: [UInt8]) {
        // After the first dropped line all are dropped until the report, so that it stands in their place.
        let hasRoom = pending.isEmpty || pending.count - written + line.count <= Self.limit
        guard hasRoom, dropped == 0 else { return dropped += 1 }
        pending += line
        watch()
    }

    /// Waits for the reader, no longer than this: for the last lines before the end.
    package func finish(within limit: Duration = .seconds(1)) {
        let deadline = Instant.current + limit
        flush()
        while !pending.isEmpty, case let left = deadline - Instant.current, left > .zero {
            var state = pollfd(fd: target.descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&state, 1, Int32(clamping: left.milliseconds))
            flush()
        }
    }

    private func flush() {
        while written < pending.count {
            let count = target.write(pending[written...])
            guard count > 0 else { break }
            written += count
            if dropped > 0, pending.count - written <= Self.limit / 2 { report() }
        }
        guard written == pending.count else { return forgetWritten() }
        (pending, written) = ([], 0)
        unwatch()
    }

    private func report() {
        pending += reportDropped(dropped)
        dropped = 0
    }

    private func forgetWritten() {
        guard written > Self.limit / 2 else { return }
        pending.removeFirst(written)
        written = 0
    }

    private func watch() {
        guard !isWatched, let loop else { return }
        // A file can't be watched, but it is never full either.
        isWatched =
            (try? loop.watch(target.descriptor, for: .writable) { [weak self] _ in self?.flush() }) != nil
    }

    private func unwatch() {
        if isWatched { loop?.unwatch(target.descriptor) }
        isWatched = false
    }
}

extension LogOutput {
    /// A descriptor with the way to write to it without waiting. O_NONBLOCK can't be set on it: other programs share
    /// its open file.
    fileprivate struct Target {
        private enum Way {
            /// A write doesn't wait: a file, or an open file of our own with O_NONBLOCK.
            case write
            case send
            /// Written to in small pieces, when it is ready.
            case poll
        }

        let descriptor: Int32
        private let way: Way
        private let isOwn: Bool

        init(_ shared: Int32) {
            var status = stat()
            let type = fstat(shared, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
            guard type == S_IFIFO || type == S_IFCHR else {
                (descriptor, way, isOwn) = (shared, type == S_IFSOCK ? .send : .write, false)
                return
            }
            // Fails for a terminal of another user, as after su(1).
            let own = open("/proc/self/fd/\(shared)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            (descriptor, way, isOwn) = own >= 0 ? (own, .write, true) : (shared, .poll, false)
        }

        func close() { if isOwn { Glibc.close(descriptor) } }

        /// Writes what is taken now; 0 if nothing. What can never be read counts as written.
        func write(_ bytes: ArraySlice<UInt8>) -> Int {
            var left = bytes
            while !left.isEmpty {
                let count = writeOnce(left)
                if count > 0 {
                    left = left.dropFirst(count)
                } else if count < 0, errno == EINTR {
                    continue
                } else {
                    return count < 0 && errno != EAGAIN ? bytes.count : bytes.count - left.count
                }
            }
            return bytes.count
        }

        private func writeOnce(_ bytes: ArraySlice<UInt8>) -> Int {
            bytes.withUnsafeBytes { bytes in
                switch way {
                case .write: return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                case .send:
                    return Glibc.send(
                        descriptor, bytes.baseAddress, bytes.count,
                        Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
                case .poll:
                    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard Glibc.poll(&state, 1, 0) > 0 else { return 0 }
                    return Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Self.piece))
                }
            }
        }

        /// A pipe that is ready takes this many bytes.
        private static let piece = 4096
    }
}
