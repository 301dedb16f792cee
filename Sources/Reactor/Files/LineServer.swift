import CSystem
import Glibc

/// Listens on a Unix socket that only its user can connect to.
@MainActor package final class LineServer {
    package struct Limits {
        /// How many connections may be open; more wait until one is closed.
        package var connections = 64
        /// The longest line, in bytes.
        package var line = 1 << 20
        /// How many bytes may wait for a client that doesn't read; more of them close its connection.
        package var output = 1 << 22

        package init() {}
    }

    package var onConnection: (LineConnection) -> Void = { _ in }

    private let path: String
    private let limits: Limits
    private let loop: EventLoop
    private let descriptor: Int32
    private var connections: [ObjectIdentifier: LineConnection] = [:]
    private var isOpen = true

    private static let backlog: Int32 = 128

    /// Replaces a socket that a killed server left: the caller knows that no other one listens there.
    package init(at path: String, limits: Limits = Limits(), on loop: EventLoop) throws(SystemError) {
        (self.path, self.limits, self.loop) = (path, limits, loop)
        if UnixAddress.isSocket(path) { unlink(path) }
        descriptor = try UnixAddress.openSocket(at: path) { descriptor, address, length in
            // Before it is bound: so there is no moment in which others can connect.
            fchmod(descriptor, 0o600) == 0 ? bind(descriptor, address, length) : -1
        }
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0, listen(descriptor, Self.backlog) == 0 else {
            let error = SystemError(path)
            Glibc.close(descriptor)
            throw error
        }
        try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.accept() }
    }

    isolated deinit { close() }

    package var count: Int { connections.count }

    /// Stops listening, closes every connection and removes the socket.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
        unlink(path)
        connections.values.forEach { $0.close() }
        connections = [:]
    }

    /// The connection was closed: another one may be accepted.
    package func forget(_ connection: LineConnection) {
        let wasFull = count >= limits.connections
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil, wasFull else { return }
        loop.change(descriptor, to: .readable)
    }

    private func accept() {
        let accepted = accept_connection(descriptor)
        guard accepted >= 0 else { return waitForDescriptors(SystemError(path, code: -accepted)) }
        guard
            let connection = try? LineConnection(
                accepted, lineLimit: limits.line, outputLimit: limits.output, on: loop)
        else { return }
        connections[ObjectIdentifier(connection)] = connection
        if count >= limits.connections { loop.change(descriptor, to: []) }
        onConnection(connection)
    }

    /// Out of descriptors: the socket stays readable, so each turn of the loop would try again.
    private func waitForDescriptors(_ error: SystemError) {
        guard error.isExhaustion, error.code != EAGAIN else { return }
        loop.change(descriptor, to: [])
        loop.after(.seconds(1)) { [weak self] in
            guard let self, isOpen, count < limits.connections else { return }
            loop.change(descriptor, to: .readable)
        }
    }
}
