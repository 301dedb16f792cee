import Glibc

/// Reads keys from a terminal.
@MainActor final class KeyReader {
    var onKey: (KeyParser.Key) -> Void = { _ in }
    /// Called when the terminal is closed.
    var onEnd: () -> Void = {}

    let descriptor: Int32
    private let loop: EventLoop
    private var parser = KeyParser()
    private var isClosed = false

    init(_ descriptor: Int32, on loop: EventLoop) { (self.descriptor, self.loop) = (descriptor, loop) }

    func start() throws(SystemError) {
        try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.read() }
    }

    func close() {
        isClosed = true
        loop.unwatch(descriptor)
    }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else {
            loop.unwatch(descriptor)
            return onEnd()
        }
        for key in parser.parse(bytes[..<count]) where !isClosed { onKey(key) }
    }
}
