import CSystem
import Glibc

/// A child's stdin: what isn't written yet, and how much of what is written the child hasn't read.
struct ChildInput {
    /// Watched by its process, until it is closed here; -1 after that.
    private(set) var descriptor: Int32
    private var ends = false
    /// Something was written, and `wasReadWhole` has not reported yet that it was read.
    private var awaitsReading = false
    private var pending: [UInt8] = []
    private var written = 0
    /// What the pipe held when it was ended, where it can't be counted any more.
    private var unreadAtEnd = 0

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// All that was written is in the pipe, and no more will come.
    var hasEnded: Bool { ends && pending.isEmpty }

    /// How many of the bytes given to `write` weren't read.
    var unread: Int {
        pending.count - written + (descriptor < 0 ? unreadAtEnd : Int(unread_bytes(descriptor)))
    }

    /// Whether a process waits in a read of it as its stdin; nil where that can't be known.
    func isRead(by pid: pid_t) -> Bool? {
        switch reads_pipe(pid, descriptor) {
        case 0: false
        case 1: true
        default: nil
        }
    }

    /// Whether the child has read everything written since the last time this was true.
    mutating func wasReadWhole() -> Bool {
        guard awaitsReading, unread == 0 else { return false }
        awaitsReading = false
        return true
    }

    /// Writes what the pipe takes now; the rest with `flush`. Does nothing once it is ended.
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

    /// Ends it once all that was written is in the pipe.
    mutating func end(_ loop: EventLoop) {
        guard !ends else { return }
        ends = true
        if pending.isEmpty { endPipe(loop) }
    }

    /// Writes on.
    mutating func flush(_ loop: EventLoop) {
        guard !pending.isEmpty else { return }
        let count = pending.withUnsafeBytes { bytes in
            bytes.baseAddress.map { Glibc.write(descriptor, $0 + written, bytes.count - written) } ?? 0
        }
        // A broken pipe is told by the loop, and what wasn't taken stays counted until the exit.
        guard count > 0 else { return }
        written += count
        guard written == pending.count else { return }
        pending = []
        written = 0
        if ends { endPipe(loop) }
    }

    /// Lets the child see the end of its input. What it leaves unread is counted at its exit: until then a
    /// reading end keeps the pipe, which doesn't keep the input open.
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
