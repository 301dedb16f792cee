import Glibc

/// The address of a Unix socket.
package struct UnixAddress {
    private let address: sockaddr_un
    private let length: socklen_t

    /// - Parameter name: a path, or `@` and an abstract name. Nil if it is too long or empty.
    package init?(_ name: String) {
        var address = sockaddr_un()
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return nil
        }
        let isAbstract = first == UInt8(ascii: "@")
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: bytes)
            if isAbstract { $0[0] = 0 }
        }
        self.address = address
        // An abstract name has no zero byte at its end.
        length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Passes it to a system call.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Sends a datagram, without waiting. Returns whether it was sent.
    func send(_ bytes: [UInt8], from descriptor: Int32) -> Bool {
        withPointer {
            sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0, $1)
                == bytes.count
        }
    }

    /// Whether there is a socket, not a file of another kind.
    package nonisolated static func isSocket(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }

    /// Removes a socket without a server: a program that was killed left it.
    package static func removeAbandoned(_ path: String) {
        guard isSocket(path), let address = UnixAddress(path)
        else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let isAbandoned = address.withPointer { connect(descriptor, $0, $1) } != 0 && errno == ECONNREFUSED
        if isAbandoned { unlink(path) }
    }

    /// A socket on which `action`, such as bind(2), was called with the address of a path. A path that is too long for
    /// an address is reached through its directory's descriptor.
    static func openSocket(
        at path: String, _ action: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemError) -> Int32 {
        var directory: Int32 = -1
        var address = UnixAddress(path)
        if address == nil {
            let name = path.baseName ?? ""
            directory = open("\(path.dropLast(name.count)).", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard directory >= 0 else { throw SystemError(path) }
            address = UnixAddress("/proc/self/fd/\(directory)/\(name)")
        }
        defer { if directory >= 0 { close(directory) } }
        guard let address else { throw SystemError(path, code: ENAMETOOLONG) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(path) }
        guard address.withPointer({ action(descriptor, $0, $1) }) == 0 else {
            let error = SystemError(path)
            close(descriptor)
            throw error
        }
        return descriptor
    }
}
