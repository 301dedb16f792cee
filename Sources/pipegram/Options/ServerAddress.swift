import ArgumentParser
import Glibc
import Reactor

/// Where `run` serves something over HTTP: an address and a port, a port of this machine, or the path of a Unix socket.
enum ServerAddress: ExpressibleByArgument, Sendable, Equatable {
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

extension ServerAddress {
    /// Removes a socket without a server: a killed gateway left it, or this one has closed its own.
    @MainActor func removeAbandoned() {
        if case .socket(let path) = self { UnixAddress.removeAbandoned(path) }
    }

    /// Why it can't be listened on.
    ///
    /// - Parameters:
    ///   - option: the option with the address.
    ///   - purpose: as in `serve metrics`.
    ///   - port: one for an example.
    func failure(_ error: SystemError, of option: String, to purpose: String, port example: Int) -> Failure {
        switch (error.code, self) {
        case (EINVAL, _):
            Failure(
                .validationFailure,
                "Invalid \(option) '\(host)': it must be an IP address and a port, such as 127.0.0.1:\(example), "
                    + "or a path with a '/'")
        case (EADDRINUSE, .port(let address)):
            Failure(
                .cantCreate,
                "can't \(purpose): \(address.host):\(address.port) is in use, perhaps by another gateway; choose another port"
            )
        case (EADDRINUSE, .socket(let path)) where !UnixAddress.isSocket(path):
            Failure(.cantCreate, "can't \(purpose): \(path) exists and isn't a socket; choose another path")
        case (EADDRINUSE, .socket(let path)):
            Failure(
                .cantCreate,
                "can't \(purpose): \(path) exists and is in use, perhaps by another gateway; choose another path"
            )
        default: Failure(.cantCreate, "can't \(purpose): \(error)")
        }
    }
}
