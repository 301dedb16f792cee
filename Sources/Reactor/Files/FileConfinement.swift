/// Where the files of a program must be.
package enum FileConfinement: Equatable {
    case anywhere
    /// In a directory, with this absolute path.
    case directory(String)
    case nowhere

    /// Why a file may not be used; nil if it may.
    ///
    /// - Parameters:
    ///   - path: as it was given.
    ///   - resolved: the absolute path, with symbolic links resolved.
    package func refusal(of path: String, at resolved: String) -> String? {
        switch self {
        case .anywhere: nil
        case .directory(let directory):
            File.resolved(directory).map { resolved.hasPrefix("\($0)/") } == true
                ? nil
                : Self.outside(path, of: directory)
        case .nowhere: "\(path): \(Self.missing)"
        }
    }

    /// A path as the program means it: a relative one begins at its directory.
    package func path(_ path: String) -> String {
        guard case .directory(let directory) = self, !path.hasPrefix("/") else { return path }
        return "\(directory)/\(path)"
    }

    /// Why a program has no file at a path, or none at an unnamed place.
    package static func outside(_ path: String?, of directory: String) -> String {
        "\(path ?? "the place") is outside of the child's directory, \(directory), and the child is in a --box"
    }

    /// Why a program without a directory has no files.
    package static let missing =
        "files of a child in a --box need --workdir, such as --workdir 'data/{scope}'"
}
