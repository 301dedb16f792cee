import ArgumentParser

/// Where metrics are served: an address and a port, a port of this machine, or the path of a Unix socket.
enum MetricsAddress: ExpressibleByArgument, Sendable, Equatable {
    case port(ListenAddress)
    case socket(String)

    init?(argument: String) {
        if argument.contains("/") {
            self = .socket(argument)
        } else if let address = ListenAddress(argument: argument, defaultPort: nil) {
            self = .port(address)
        } else {
            return nil
        }
    }

    /// The address, without a port, or the path.
    var host: String {
        switch self {
        case .port(let address): address.host
        case .socket(let path): path
        }
    }

    var port: UInt16 {
        switch self {
        case .port(let address): address.port
        case .socket: 0
        }
    }

    static let forms = "address:port|path"
}
