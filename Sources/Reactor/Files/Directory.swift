import Glibc

/// Directories, and what lies in them.
@MainActor package enum Directory {
    /// The names of what is in a directory, sorted; none where it can't be read.
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

    /// Removes a directory with all that is in it, as far as that may be removed. A link is removed, and not what it
    /// leads to.
    package static func remove(_ path: String) {
        for name in names(in: path) {
            let entry = "\(path)/\(name)"
            if unlink(entry) != 0, errno == EISDIR { remove(entry) }
        }
        rmdir(path)
    }

    /// Makes a directory for its user alone, with those above it that aren't there; one that is there stays.
    package static func make(_ path: String) throws(SystemError) {
        var made = ""
        for name in path.split(separator: "/") {
            made += made.isEmpty && !path.hasPrefix("/") ? String(name) : "/\(name)"
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            let error = SystemError(made)
            // One that can't be made for it is there, on a file system that can't be written to.
            if access(made, F_OK) != 0 { throw error }
        }
    }
}
