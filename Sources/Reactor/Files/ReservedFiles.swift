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

    /// Whether one of them is at a path, or would be if it existed.
    package func contains(_ path: String) -> Bool {
        if let file = FileIdentity(at: path), contains(file) { return true }
        guard let place = Place(path) else { return false }
        return paths.contains { Place($0) == place }
    }

    package func adding(_ more: [String]) -> ReservedFiles { ReservedFiles(paths + more) }

    /// A name in a directory, by whatever path that is found.
    private struct Place: Equatable {
        let directory: FileIdentity
        let name: String

        init?(_ path: String) {
            guard let name = path.baseName else { return nil }
            let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
            guard let directory = FileIdentity(at: parent) else { return nil }
            (self.directory, self.name) = (directory, name)
        }
    }
}
