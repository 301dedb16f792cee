import Glibc
import Reactor

/// The directory that holds a gateway's journal and files. A lock lets only one gateway use it at a time.
@MainActor package final class StateDirectory {
    package let path: String
    private let lock: Int32
    private var files: StateFiles
    private let isNew: Bool

    package var journal: String { "\(path)/journal.db" }

    /// The journal's path, for messages.
    static func journal(in directory: StateDirectory?) -> String { directory?.journal ?? "in memory" }

    /// The socket on which the gateway that uses a directory listens.
    package static func controlSocket(in path: String) -> String { "\(path)/control.sock" }

    /// The journal's files and the lock: no child may send or replace them.
    package var ownFiles: [String] { StateFiles.paths(in: path) }

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
    /// Fails with `.noState` if it can't be created or written to, or if another gateway uses it, and with
    /// `.unusableState` if its journal has lost its beginning.
    package init(_ path: String) throws(GatewayFailure) {
        self.path = path
        isNew = access("\(path)/journal.db", F_OK) != 0
        try Self.make(path)
        try JournalDatabase.checkBeginning(of: "\(path)/journal.db")
        lock = try Self.takeLock(in: path)
        files = StateFiles(in: path)
        // SQLite would create the file readable by everyone, which matters if the user opened the directory to others.
        // If this fails, SQLite reports why.
        Glibc.close(open(journal, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        let pid = Array("\(getpid())\n".utf8)
        ftruncate(lock, 0)
        _ = pwrite(lock, pid, pid.count, 0)
    }

    isolated deinit { close(lock) }

    /// Remembers the files as they are now, once the journal's database has made all of its own.
    func noteFiles() { files = StateFiles(in: path) }

    /// Removes files that were made for this run, and the directory if it is empty then.
    func removeIfNew() {
        guard isNew, displacement == nil else { return }
        // The WAL goes before its database: left behind, it would look like the rest of a lost journal.
        for name in ["-wal", "-shm", ""] { unlink("\(journal)\(name)") }
        unlink("\(path)/lock")
        rmdir(path)
    }

    /// Says which of the files isn't where it was; nil if all are.
    var displacement: GatewayFailure? { files.displacement }

    /// The pid of the gateway that holds a directory's lock; nil if none does. 0 if the pid isn't visible from here, as
    /// from another container.
    package static func holder(of path: String) -> pid_t? {
        let descriptor = open("\(path)/lock", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return FileLock.holder(of: descriptor)
    }

    /// The pid of a bot's gateway that uses a directory, as in `holder`; nil if none does.
    package static func gateway(of bot: String, in path: String) -> pid_t? {
        guard let holder = holder(of: path),
            let database = try? JournalDatabase.open(in: path, for: .reading),
            let owner = try? JournalMetadata(database)["bot"]
        else { return nil }
        return "\(owner)" == bot ? holder : nil
    }

    /// Runs an action while no gateway uses a directory; one that starts meanwhile waits. Fails with `.noState` if one
    /// uses it already.
    static func whileUnused<Result>(
        _ path: String, _ action: () throws(GatewayFailure) -> Result
    ) throws(GatewayFailure) -> Result {
        let descriptor = open("\(path)/lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unusable(path, SystemError("\(path)/lock")) }
        defer { close(descriptor) }
        do throws(SystemError) {
            guard try FileLock.takeBriefly(descriptor, of: path) == nil else {
                throw SystemError("another pipegram uses it", code: EBUSY)
            }
        } catch {
            throw unusable(path, error)
        }
        return try action()
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

    /// Opens and locks the lock file.
    private static func takeLock(in path: String) throws(GatewayFailure) -> Int32 {
        let file = "\(path)/lock"
        let lock = open(file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw errno == ELOOP ? foreignLock(file) : unusable(path, SystemError(file)) }
        do throws(GatewayFailure) {
            try take(lock, file, of: path)
            return lock
        } catch {
            close(lock)
            throw error
        }
    }

    private static func take(_ lock: Int32, _ file: String, of path: String) throws(GatewayFailure) {
        let holder: pid_t?
        do throws(SystemError) {
            holder = try FileLock.take(lock, of: file)
        } catch {
            throw unusable(path, error)
        }
        if let holder {
            let user = holder > 0 ? "process \(holder), another pipegram" : "another pipegram"
            throw GatewayFailure(
                .noState,
                "\(path) is in use by \(user); stop that one, or choose another directory with "
                    + "--state DIR")
        }
        guard isOurs(lock) else { throw foreignLock(file) }
    }

    /// Whether the lock file is empty or holds a pid. Anything else belongs to another program and stays as it is.
    private static func isOurs(_ lock: Int32) -> Bool {
        var status = stat()
        guard fstat(lock, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        var text = [UInt8](repeating: 0, count: 32)
        let count = pread(lock, &text, text.count, 0)
        guard count >= 0, count < text.count else { return false }
        return text[..<count].allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "\n") }
    }

    private static func foreignLock(_ file: String) -> GatewayFailure {
        GatewayFailure(
            .noState,
            "\(file) is a link or another program's file, and was left as it is; remove it, or choose another "
                + "directory with --state DIR")
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
