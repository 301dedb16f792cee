import Glibc

/// The program that started this one and supervises it, such as systemd: it is told how the service is doing.
///
/// - SeeAlso: sd_notify(3)
package struct ServiceManager {
    /// The variables that it sets, which are meant for this process only.
    package static let variables = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"]

    private let address: UnixAddress

    /// The one that the environment names; nil if there is none.
    package static var current: ServiceManager? {
        ServiceManager(socket: getenv("NOTIFY_SOCKET").map { String(cString: $0) })
    }

    /// - Parameter socket: `$NOTIFY_SOCKET`: an absolute path, or `@` and an abstract name. Nil if it is anything else.
    package init?(socket: String?) {
        guard let socket, "/@".contains(socket.prefix(1)), let address = UnixAddress(socket) else {
            return nil
        }
        self.address = address
    }

    /// Sends assignments, such as `READY=1`. What the manager can't take at once is dropped.
    package func notify(_ assignments: String...) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array(assignments.joined(separator: "\n").utf8)
        _ = address.send(text, from: descriptor)
    }

    /// The program reads its configuration again, until it is ready.
    package func notifyReloading() {
        notify("RELOADING=1", "MONOTONIC_USEC=\(Instant.current.nanoseconds / 1000)")
    }
}
