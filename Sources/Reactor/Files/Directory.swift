import Glibc

/// Reads, creates and removes directories.
@MainActor package enum Directory {
    /// The names of a directory's entries, sorted; empty if the directory can't be read.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is a directory, and not a link to one.
    package static func isReal(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a directory with its contents, as far as permissions allow. Symbolic links are removed, not followed.
    package static func remove(_ path: String) {
        for name in names(in: path) {
            let entry = "\(path)/\(name)"
            if unlink(entry) != 0, errno == EISDIR { remove(entry) }
        }
        rmdir(path)
    }

    /// This process's working directory; `.` if it was removed.
    package static var current: String {
        guard let path = realpath(".", nil) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    /// Creates a directory with an unused name and mode 0700. Returns its path.
    package static func makeTemporary(in parent: String) throws(SystemError) -> String {
        // mkdtemp(3) replaces the six letters.
        var template = Array("\(parent)/pipegram-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("creating a directory in \(parent)") }
        return String(cString: made)
    }

    /// Creates a directory with mode 0700, and its missing parents. An existing directory keeps its mode.
    package static func make(_ path: String) throws(SystemError) {
        var made = ""
        for name in path.split(separator: "/") {
            made += made.isEmpty && !path.hasPrefix("/") ? String(name) : "/\(name)"
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            let error = SystemError(made)
            // On a read-only file system mkdir(2) fails even for a directory that exists.
            if access(made, F_OK) != 0 { throw error }
        }
    }
}
