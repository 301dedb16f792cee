import CSystem
import Glibc

/// The reading end of a child's stdout or stderr.
///
/// The owning `ChildProcess` splits it into lines: while it passes a line on, the observer may pause or close this
/// output.
struct ChildOutput {
    /// Watched by the owning `ChildProcess` until it is closed here; -1 afterwards.
    private(set) var descriptor: Int32
    private(set) var isPaused = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    var isOpen: Bool { descriptor >= 0 }

    /// How many bytes the pipe holds.
    var unread: Int { isOpen ? Int(unread_bytes(descriptor)) : 0 }

    /// Reads once; returns 0 at EOF, a negative number if the pipe is empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }

    mutating func pause(_ loop: EventLoop) {
        guard isOpen, !isPaused else { return }
        isPaused = true
        // Edge-triggered with no other interest: epoll reports only the hangup, once.
        loop.change(descriptor, to: .edgeTriggered)
    }

    mutating func resume(_ loop: EventLoop) {
        guard isPaused else { return }
        isPaused = false
        if isOpen { loop.change(descriptor, to: .readable) }
    }

    /// Allows reading again once the child is gone, without watching the pipe.
    mutating func endPause() { isPaused = false }

    mutating func close(_ loop: EventLoop) {
        guard isOpen else { return }
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
        descriptor = -1
    }
}
