import Glibc
import Reactor

/// The directory that holds a gateway's journal and files. A lock lets only one gateway use it at a time.
@MainActor package final class StateDirectory {
    package let path: String
    private let lock: Int32

    package var journal: String { "\(path)/journal.db" }

    /// Finds the state directory: the given one, otherwise systemd's, otherwise the user's (XDG).
    ///
    /// - Parameters:
    ///   - given: the option's value.
    ///   - variable: returns the value of an environment variable.
    ///   - bot: the bot's id; nil for the parent directory of all bots.
    /// - Returns: nil if neither the option nor the environment names one.
    /// - SeeAlso: systemd.exec(5) on `StateDirectory=`, the XDG Base Directory Specification
    package static func path(given: String?, variable: (String) -> String?, bot: String?) -> String? {
        if let given { return given }
        // systemd separates several directories by colons.
        if let directories = variable("STATE_DIRECTORY"), let first = directories.split(separator: ":").first
        {
            return String(first)
        }
        let base: String
        if let home = variable("XDG_STATE_HOME"), home.hasPrefix("/") {
            base = home
        } else if let home = variable("HOME"), home.hasPrefix("/") {
            base = home == "/" ? "/.local/state" : "\(home)/.local/state"
        } else {
            return nil
        }
        return "\(base)/pipegram" + (bot.map { "/\($0)" } ?? "")
    }

    /// Creates the directory if needed, accessible to its owner only, and takes its lock.
    ///
    /// Fails with `.noState` if it can't be created or written to, or if another gateway uses it.
    package init(_ path: String) throws(GatewayFailure) {
        self.path = path
        try Self.make(path)
        let file = "\(path)/lock"
        lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.unusable(path, SystemError(file)) }
        let holder: pid_t?
        do throws(SystemError) {
            holder = try FileLock.take(lock, of: file)
        } catch {
            close(lock)
            throw Self.unusable(path, error)
        }
        if let holder {
            close(lock)
            let user = holder > 0 ? "process \(holder), another pipegram" : "another pipegram"
            throw GatewayFailure(
                .noState,
                "\(path) is in use by \(user); stop that one, or choose another directory with "
                    + "--state DIR")
        }
        // SQLite would create the file readable by everyone, which matters if the user opened the directory to others.
        // If this fails, SQLite reports why.
        Glibc.close(open(journal, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        let pid = Array("\(getpid())\n".utf8)
        ftruncate(lock, 0)
        _ = pwrite(lock, pid, pid.count, 0)
    }

    isolated deinit { close(lock) }

    /// The pid of the gateway that holds a directory's lock; nil if none does. 0 if the pid isn't visible from here, as
    /// from another container.
    package static func holder(of path: String) -> pid_t? {
        let descriptor = open("\(path)/lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return FileLock.holder(of: descriptor)
    }

    /// The ids of the bots that have a journal in a subdirectory of this one.
    package static func bots(below path: String) -> [String] {
        let bots = Directory.names(in: path).compactMap { name in
            Int64(name).flatMap {
                "\($0)" == name && access("\(path)/\(name)/journal.db", F_OK) == 0 ? $0 : nil
            }
        }
        return bots.sorted().map(String.init)
    }

    /// Creates the directory and its missing parents.
    private static func make(_ path: String) throws(GatewayFailure) {
        do throws(SystemError) {
            try Directory.make(path)
        } catch {
            throw unusable(path, error)
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw unusable(path, SystemError(path)) }
    }

    private static func unusable(_ path: String, _ error: SystemError) -> GatewayFailure {
        GatewayFailure(
            .noState,
            "can't use the state directory \(path) (\(error)); choose another one with --state DIR, in a systemd "
                + "unit with StateDirectory=NAME, or keep everything in memory with --no-state")
    }
}
