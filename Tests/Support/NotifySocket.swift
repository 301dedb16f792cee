import Glibc

/// The socket of a service manager such as systemd.
package final class NotifySocket {
    package let path: String
    private let descriptor: Int32
    private var received: [String] = []

    /// - Parameter path: where to listen; with `@` in front an abstract name.
    package init(at path: String) {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        if path.hasPrefix("@") { address.sun_path.0 = 0 }
        let length = MemoryLayout<sa_family_t>.size + path.utf8.count + (path.hasPrefix("@") ? 0 : 1)
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, socklen_t(length))
            }
        }
    }

    isolated deinit { close(descriptor) }

    /// All messages so far, each with its assignments in lines.
    package var messages: [String] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT)), count >= 0 {
            received.append(String(decoding: bytes[..<count], as: UTF8.self))
        }
        return received
    }
}
