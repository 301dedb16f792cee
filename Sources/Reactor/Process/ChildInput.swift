import CSystem
import Glibc

/// A child's stdin: the bytes still to be written, and the number of written bytes that the child hasn't read.
struct ChildInput {
    /// Watched by the owning `ChildProcess` until it is closed here; -1 afterwards.
    private(set) var descriptor: Int32
    private var ends = false
    /// Whether bytes were written since `wasReadWhole` last returned true.
    private var awaitsReading = false
    private var pending: [UInt8] = []
    private var written = 0
    /// How many bytes the pipe held when it was closed. They can't be counted later.
    private var unreadAtEnd = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether everything is written and the pipe is closed for writing.
    var hasEnded: Bool { ends && pending.isEmpty }

    /// How many of the bytes given to `write` the child hasn't read.
    var unread: Int {
        pending.count - written + (descriptor < 0 ? unreadAtEnd : Int(unread_bytes(descriptor)))
    }

    /// Whether process `pid` waits in read(2) on this pipe as its stdin; nil if that can't be determined.
    func isRead(by pid: pid_t) -> Bool? {
        switch reads_pipe(pid, descriptor) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    /// Whether the child has read everything written since this last returned true.
    mutating func wasReadWhole() -> Bool {
        guard awaitsReading, unread == 0 else { return false }
        awaitsReading = false
        return true
    }

    /// Writes as much as the pipe takes now; `flush` writes the rest. Does nothing after `end`.
    mutating func write(_ bytes: [UInt8], _ loop: EventLoop) {
        guard descriptor >= 0, !ends else { return }
        awaitsReading = true
        if pending.isEmpty {
            pending = bytes
            flush(loop)
        } else {
            pending += bytes
        }
    }

    /// Closes the pipe once everything is written.
    mutating func end(_ loop: EventLoop) {
        guard !ends else { return }
        ends = true
        if pending.isEmpty { endPipe(loop) }
    }

    /// Writes more of the pending bytes.
    mutating func flush(_ loop: EventLoop) {
        guard !pending.isEmpty else { return }
        let count = pending.withUnsafeBytes { bytes in
            bytes.baseAddress.map { Glibc.write(descriptor, $0 + written, bytes.count - written) } ?? 0
        }
        // The loop reports a broken pipe, and the remaining bytes count as unread at the exit.
        guard count > 0 else { return }
        written += count
        guard written == pending.count else { return }
        pending = []
        written = 0
        if ends { endPipe(loop) }
    }

    /// Sends EOF to the child. A reading descriptor replaces the writing one: it keeps the pipe, so that its unread
    /// bytes can be counted at the exit, without keeping the child's input open.
    private mutating func endPipe(_ loop: EventLoop) {
        guard descriptor >= 0 else { return }
        unreadAtEnd = Int(unread_bytes(descriptor))
        let reader = open("/proc/self/fd/\(descriptor)", O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        close(loop)
        descriptor = reader
    }

    mutating func close(_ loop: EventLoop) {
        guard descriptor >= 0 else { return }
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
        descriptor = -1
    }
}
