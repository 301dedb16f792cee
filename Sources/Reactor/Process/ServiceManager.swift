import Glibc

/// The program that started this one and supervises it, such as systemd: it is told how the service is doing.
///
/// - SeeAlso: sd_notify(3)
package struct ServiceManager {
    /// The variables that it sets, which are meant for this process only.
    package static let variables = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"]

    private let address: sockaddr_un
    private let length: socklen_t

    /// The one that the environment names; nil if there is none.
    package static var current: ServiceManager? {
        ServiceManager(socket: getenv("NOTIFY_SOCKET").map { String(cString: $0) })
    }

    /// - Parameter socket: `$NOTIFY_SOCKET`: an absolute path, or `@` and an abstract name. Nil if it is anything else.
    package init?(socket: String?) {
        guard let socket, let first = socket.first, "/@".contains(first) else { return nil }
        var address = sockaddr_un()
        let name = Array(socket.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: name)
            if first == "@" { $0[0] = 0 }
        }
        self.address = address
        // An abstract name has no zero byte at its end.
        let end = first == "@" ? 0 : 1
        length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + end)
    }

    /// Sends assignments, such as `READY=1`. What the manager can't take at once is dropped.
    package func notify(_ assignments: String...) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(assignments.joined(separator: "\n").utf8)
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(
                    descriptor, text, text.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0,
                    length)
            }
        }
    }

    /// The program reads its configuration again, until it is ready.
    package func notifyReloading() {
        notify("RELOADING=1", "MONOTONIC_USEC=\(Instant.current.nanoseconds / 1000)")
    }
}
