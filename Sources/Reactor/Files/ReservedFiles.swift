/// Files that the program uses itself, and that it must not open a second time or replace.
///
/// Closing a file drops all POSIX locks that the process holds on it. SQLite relies on such locks.
package struct ReservedFiles {
    package nonisolated static let owner = "the running pipegram (its journal, lock, record or results)"

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

    /// Whether one of them is at a path.
    package func contains(_ path: String) -> Bool { FileIdentity(at: path).map(contains) ?? false }
}
