import BotAPI
import BotGateway
import Glibc
import Reactor

/// Checks of this machine's setup for a gateway.
package enum SetupCheck {
    /// With fewer children, a bot can't serve several chats at a time.
    private static let fewestChildren = 16

    /// - Parameters:
    ///   - descriptors: the limit of open descriptors.
    ///   - children: `--max-children`.
    package static func descriptors(_ descriptors: UInt64, for children: Int) -> Diagnosis {
        let room = max(0, (Int(clamping: descriptors) - 64) / 4)
        guard room < children else { return .fine("descriptors", "enough for \(children) children") }
        let words =
            "the limit of \(descriptors) is enough for \(room) children, not for --max-children \(children). Raise "
            + "it with ulimit -n, in a systemd unit with LimitNOFILE=\(children * 4 + 64)"
        return Diagnosis(room < min(children, fewestChildren) ? .fault : .hint, "descriptors", words)
    }

    /// Checks that a gateway could use a journal in PostgreSQL. Creates nothing.
    ///
    /// - Returns: also the number of gateways that use it.
    package static func state(
        at cluster: ClusterAddress, on loop: EventLoop
    ) -> (diagnosis: Diagnosis, gateways: Int) {
        do throws(GatewayFailure) {
            let gateways = try ClusterClient(at: cluster, on: loop).gateways().count
            let use = "in use by \(gateways.counted("gateway"))"
            return (.fine("state", "\(cluster.place)\(gateways == 0 ? "" : ", \(use)")"), gateways)
        } catch {
            let isNew = error.kind == .neverRan
            return (
                isNew
                    ? .fine("state", "\(cluster.place), which the first start prepares")
                    : .fault("state", error.description), 0
            )
        }
    }

    /// Checks that a gateway could use the state directory, and that none does. Creates nothing.
    ///
    /// - Parameter path: the state directory, which needn't exist; nil if none is configured.
    package static func state(at path: String?) -> Diagnosis {
        guard let path else {
            return .fault(
                "state",
                "no state directory: set --state DIR, $STATE_DIRECTORY or $HOME")
        }
        if path.isEmpty { return .fault("state", "its directory's name is empty: set --state DIR") }
        if let holder = StateDirectory.holder(of: path) {
            let who = holder > 0 ? "process \(holder)" : "another machine or container"
            return .hint(
                "state",
                "\(path) is in use by a running pipegram (\(who)): a second one needs another --state DIR"
            )
        }
        var place = path
        // Missing directories would be created, so check the nearest existing one.
        while access(place, F_OK) != 0, errno == ENOENT, let slash = place.lastIndex(of: "/") {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
            if place == "/" { break }
        }
        if access(place, F_OK) != 0, !path.hasPrefix("/") { place = "." }
        var status = stat()
        let isDirectory = stat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isDirectory, access(place, R_OK | W_OK | X_OK) == 0 else {
            let reason = isDirectory ? "\(SystemError(place))" : "\(SystemError(place, code: ENOTDIR))"
            return .fault(
                "state",
                "\(path) can't be written to (\(reason)): choose another directory with --state DIR, in a systemd unit "
                    + "with StateDirectory=NAME, or keep everything in memory with --no-state")
        }
        var disk = statvfs()
        if statvfs(place, &disk) == 0, disk.f_blocks > 0,
            UInt64(disk.f_bavail) < (1 << 20) / max(1, UInt64(disk.f_frsize))
        {
            return .fault(
                "state", "\(path): the disk is full; make room, or choose another directory with --state DIR")
        }
        return .fine("state", "\(path) can be written to")
    }

    /// Explains why a token is invalid.
    ///
    /// - Parameter place: where the token was found.
    package static func token(_ text: String, in place: String) -> Diagnosis {
        .fault("token", BotToken.explanation(of: text, in: place))
    }
}
