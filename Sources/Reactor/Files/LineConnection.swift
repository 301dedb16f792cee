import CSystem
import Glibc

/// A connected Unix socket that carries lines both ways.
@MainActor package final class LineConnection {
    /// Called with each line. A longer one than the limit is `.tooLong`.
    package var onLine: (LineSplitter.Line) -> Void = { _ in }
    /// Called once after the last line, when the other end has finished writing. It may still read.
    package var onInputEnd: () -> Void = {}
    /// Called once when the connection is closed by the other end or fails, or when that doesn't read.
    package var onClose: () -> Void = {}

    /// Set while enough lines wait for their results: none is read then.
    package var isPaused = false {
        didSet { if isPaused != oldValue { update() } }
    }
    /// How many bytes the other end hasn't read yet.
    package var unread: Int { output.count }

    /// Read at a time: some tens of requests at most. A client that writes without a pause mustn't keep the loop from
    /// other work.
    private static let pieceSize = 1 << 10

    private let descriptor: Int32
    private let lineLimit: Int
    private let outputLimit: Int
    private let loop: EventLoop
    private var splitter = LineSplitter()
    private var output: [UInt8] = []
    private var state = State.open

    private enum State {
        case open, inputEnded, closed
    }

    /// - Parameters:
    ///   - descriptor: becomes the connection's own; it mustn't block.
    ///   - outputLimit: the most bytes that may wait for the other end; more of them close the connection.
    init(
        _ descriptor: Int32, lineLimit: Int, outputLimit: Int, on loop: EventLoop
    ) throws(SystemError) {
        (self.descriptor, self.lineLimit, self.outputLimit) = (descriptor, lineLimit, outputLimit)
        self.loop = loop
        do throws(SystemError) {
            try loop.watch(descriptor, for: .readable) { [weak self] in self?.isReady($0) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    isolated deinit { close() }

    /// Connects to a server's socket. It answers at once, or has too many clients and is waited for.
    package convenience init(
        to path: String, lineLimit: Int, outputLimit: Int = .max, on loop: EventLoop
    ) throws(SystemError) {
        let descriptor = try UnixAddress.openSocket(at: path) { descriptor, address, length in
            // A server that hangs lets clients wait once its backlog is full.
            var limit = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            return connect(descriptor, address, length)
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        try self.init(descriptor, lineLimit: lineLimit, outputLimit: outputLimit, on: loop)
    }

    /// The user of the process at the other end; nil if that isn't known.
    package var peerUser: uid_t? {
        let user = peer_user(descriptor)
        return user < 0 ? nil : uid_t(truncatingIfNeeded: user)
    }

    package func write(_ bytes: [UInt8]) {
        guard state != .closed else { return }
        output += bytes
        flush()
        if output.count > outputLimit { end() }
    }

    /// The last lines were written: closes the connection once they are read, at most a second later.
    package func finish() {
        guard !output.isEmpty else { return end() }
        isPaused = true
        loop.after(.seconds(1)) { [weak self] in self?.end() }
    }

    package func close() {
        guard state != .closed else { return }
        state = .closed
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
    }

    private func end() {
        guard state != .closed else { return }
        close()
        onClose()
    }

    private func isReady(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.writable) { flush() }
        let isClosed = !readiness.isDisjoint(with: .closed)
        // Lines that were written before the other end was closed count.
        if isClosed || readiness.contains(.readable) { read(toEnd: isClosed) }
    }

    private func read(toEnd: Bool) {
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        var isFirst = true
        while state == .open, toEnd || !isPaused && isFirst {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            isFirst = false
            guard count > 0 else {
                if count < 0 || toEnd { splitter = LineSplitter() } else { inputEnded() }
                break
            }
            piece.withUnsafeBytes {
                splitter.split(UnsafeRawBufferPointer(rebasing: $0[..<count]), limit: lineLimit) { line in
                    if state != .closed { onLine(line) }
                }
            }
        }
        if toEnd { end() }
    }

    private func inputEnded() {
        splitter.finish { onLine($0) }
        guard state == .open else { return }
        state = .inputEnded
        update()
        onInputEnd()
    }

    private func flush() {
        while !output.isEmpty {
            let count = output.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            // The reader sees that the connection is closed.
            guard count > 0 else { return output = [] }
            output.removeFirst(count)
        }
        update()
    }

    private func update() {
        guard state != .closed else { return }
        var interest: EventLoop.Readiness = []
        if state == .open, !isPaused { interest.insert(.readable) }
        if !output.isEmpty { interest.insert(.writable) }
        loop.change(descriptor, to: interest)
    }
}
