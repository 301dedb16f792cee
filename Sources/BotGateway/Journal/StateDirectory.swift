import Glibc
import Reactor

/// The directory in which a gateway keeps what must not be lost. One gateway at a time.
@MainActor package final class StateDirectory {
    package let path: String
    private let lock: Int32

    package var journal: String { "\(path)/journal.db" }

    /// Where the state is: what was given, else systemd's, else where a user's programs keep theirs.
    ///
    /// - Parameters:
    ///   - given: the option's value.
    ///   - variable: a variable of the environment.
    ///   - bot: the bot's id; nil for the directory above those of all bots.
    /// - Returns: nil where nothing says so.
    /// - SeeAlso: systemd.exec(5) on `StateDirectory=`, the XDG Base Directory Specification
    package static func path(given: String?, variable: (String) -> String?, bot: String?) -> String? {
        if let given { return given }
        // systemd names several with colons between.
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

    /// Makes the directory where it isn't there, for its user alone, and takes its lock.
    ///
    /// Fails with `.noState` when it can't be made or written to, or another gateway uses it.
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
            let words = holder > 0 ? "process \(holder)" : "another one"
            throw GatewayFailure(
                .noState,
                "\(path) is in use by \(words), a pipegram that runs already; stop that one, or give this one "
                    + "a place of its own with --state DIR")
        }
        // SQLite would make it for everyone to read; it is only in the way of those who changed the directory.
        Glibc.close(open(journal, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        let pid = Array("\(getpid())\n".utf8)
        ftruncate(lock, 0)
        _ = pwrite(lock, pid, pid.count, 0)
    }

    isolated deinit { close(lock) }

    /// The gateway that uses the state in a directory; nil when none does. 0 where its pid can't be
    /// seen from here, as from another container.
    package static func holder(of path: String) -> pid_t? {
        let descriptor = open("\(path)/lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return FileLock.holder(of: descriptor)
    }

    /// The bots, by id, of which there is a journal in a directory below this one.
    package static func bots(below path: String) -> [String] {
        let bots = Directory.names(in: path).compactMap { name in
            Int64(name).flatMap {
                "\($0)" == name && access("\(path)/\(name)/journal.db", F_OK) == 0 ? $0 : nil
            }
        }
        return bots.sorted().map(String.init)
    }

    /// With the directories above it that aren't there.
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
            "the state directory \(path) can't be used (\(error)); name another one with --state DIR, in a "
                + "systemd unit with StateDirectory=NAME, or keep everything in memory with --no-state")
    }
}
