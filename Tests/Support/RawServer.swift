import Glibc
import Reactor

/// A server whose answers a test writes byte for byte.
@MainActor package final class RawServer {
    /// A client's connection.
    @MainActor package final class Connection {
        package fileprivate(set) var received: [UInt8] = []
        /// The number of earlier connections.
        package let number: Int
        private let socket: Int32
        private let loop: EventLoop
        private var isOpen = true

        fileprivate init(_ socket: Int32, number: Int, on loop: EventLoop) {
            (self.socket, self.number, self.loop) = (socket, number, loop)
        }

        package var text: String { String(decoding: received, as: UTF8.self) }
        /// The bytes up to and including the first empty line; empty until that has arrived.
        package private(set) var head = ""
        /// The bytes after the head.
        package var body: ArraySlice<UInt8> { received[head.utf8.count...] }
        /// Whether the body has the length that the head announces.
        package var hasWholeBody: Bool {
            guard let mark = head.firstRange(of: "Content-Length: ") else { return false }
            return body.count >= Int(head[mark.upperBound...].prefix { $0.isWholeNumber }) ?? 0
        }

        package func forget() { (received, head) = ([], "") }

        package func write(_ text: String) {
            let bytes = Array(text.utf8)
            _ = Glibc.write(socket, bytes, bytes.count)
        }

        package func answer(_ body: String = "", status: String = "200 OK", headers: String = "") {
            write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
        }

        /// Closes the connection once the client's send buffer is full, so that the client's read fails, not its write.
        package func closeOnceFull(unread before: Int = -1) {
            stop()
            var bytes = [UInt8](repeating: 0, count: 1 << 24)
            let unread = recv(socket, &bytes, bytes.count, Int32(MSG_PEEK))
            guard unread != before else { return close() }
            loop.after(.milliseconds(10)) { [self] in closeOnceFull(unread: unread) }
        }

        /// Stops reading.
        package func stop() { loop.unwatch(socket) }

        package func close() {
            guard isOpen else { return }
            isOpen = false
            loop.unwatch(socket)
            Glibc.close(socket)
        }

        fileprivate func read() {
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            let count = Glibc.read(socket, &piece, piece.count)
            guard count > 0 else { return close() }
            received += piece[..<count]
            guard head.isEmpty, let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
            head = String(decoding: received[..<end.upperBound], as: UTF8.self)
        }
    }

    package let port: UInt16
    package private(set) var connections: [Connection] = []
    /// Called whenever bytes have arrived.
    package var onBytes: (Connection) -> Void = { _ in }
    private let listener: Int32
    private var isListening = true
    private let loop: EventLoop

    init(on loop: EventLoop) throws {
        self.loop = loop
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutableBytes(of: &address) { [listener] bytes in
            let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            return bind(listener, address, length) == 0 && listen(listener, 10) == 0
                && getsockname(listener, address, &length) == 0
        }
        guard isBound else { throw SystemError("listening") }
        port = UInt16(bigEndian: address.sin_port)
        try loop.watch(listener, for: .readable) { [weak self] _ in self?.accept() }
    }

    isolated deinit {
        connections.forEach { $0.close() }
        stopListening()
    }

    /// Refuses further connections.
    package func stopListening() {
        guard isListening else { return }
        isListening = false
        loop.unwatch(listener)
        close(listener)
    }

    private func accept() {
        let socket = Glibc.accept(listener, nil, nil)
        guard socket >= 0 else { return }
        let connection = Connection(socket, number: connections.count, on: loop)
        connections.append(connection)
        try? loop.watch(socket, for: .readable) { [weak self] _ in
            connection.read()
            self?.onBytes(connection)
        }
    }
}
