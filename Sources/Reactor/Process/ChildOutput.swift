import CSystem
import Glibc

/// The reading end of a child's stdout or stderr.
///
/// The lines in it are cut by its process: while an observer is told of one, it may pause or close this.
struct ChildOutput {
    /// Watched by its process, until it is closed here; -1 after that.
    private(set) var descriptor: Int32
    private(set) var isPaused = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    var isOpen: Bool { descriptor >= 0 }

    /// How many bytes the pipe holds.
    var unread: Int { isOpen ? Int(unread_bytes(descriptor)) : 0 }

    /// Reads once; 0 at the end, negative where there is nothing.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }

    mutating func pause(_ loop: EventLoop) {
        guard isOpen, !isPaused else { return }
        isPaused = true
        // Only the end of the pipe is told now, and that once.
        loop.change(descriptor, to: .edgeTriggered)
    }

    mutating func resume(_ loop: EventLoop) {
        guard isPaused else { return }
        isPaused = false
        if isOpen { loop.change(descriptor, to: .readable) }
    }

    /// Reads on although the child is gone: its process is told no more.
    mutating func endPause() { isPaused = false }

    mutating func close(_ loop: EventLoop) {
        guard isOpen else { return }
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
        descriptor = -1
    }
}
