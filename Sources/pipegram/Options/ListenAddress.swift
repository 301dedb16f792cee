import ArgumentParser

/// An address and a port, as in `127.0.0.1:8081` and `[::1]:8081`; one of them may be left out.
struct ListenAddress: ExpressibleByArgument, Sendable, Equatable {
    /// The value's name in the help.
    static let form = "ip:port"
    /// The value's form, for errors.
    static let explanation = "an IP address and a port, such as 127.0.0.1:8081 or [::1]:8081"

    static let localhost = ListenAddress(host: "127.0.0.1", port: 8081)

    let host: String
    let port: UInt16

    init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    init?(argument: String) { self.init(argument: argument, defaultPort: Self.localhost.port) }

    /// - Parameter defaultPort: nil if the port can't be left out.
    init?(argument: String, defaultPort: UInt16?) {
        var host = argument
        var port = defaultPort
        if let number = UInt16(argument) {
            (host, port) = ("", number)
        } else if let colon = argument.lastIndex(of: ":"), !Self.isBareIPv6(argument) {
            host = String(argument[..<colon])
            port = UInt16(argument[argument.index(after: colon)...])
        }
        guard let port else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let names = ["": "127.0.0.1", "localhost": "127.0.0.1", "*": "0.0.0.0"]
        self.init(host: names[host] ?? host, port: port)
    }

    /// Whether all of it is an IPv6 address, without a port.
    private static func isBareIPv6(_ text: String) -> Bool {
        text.hasSuffix("]") || !text.hasPrefix("[") && text.count { $0 == ":" } > 1
    }

    var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    var defaultValueDescription: String { "\(host):\(port)" }
}
