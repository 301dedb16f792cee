/// Files that the program uses itself, and that it must not open a second time.
///
/// Closing a file drops all POSIX locks that the process holds on it. SQLite relies on such locks.
package struct ReservedFiles {
    private let paths: [String]
    private let known: Set<FileIdentity>

    package init(_ paths: [String] = []) {
        self.paths = paths
        known = Set(paths.compactMap { FileIdentity(at: $0) })
    }

    /// Whether it is one of them, now or when the list was made, by whatever path it was found.
    func contains(_ file: FileIdentity) -> Bool {
        known.contains(file) || paths.contains { FileIdentity(at: $0) == file }
    }
}
