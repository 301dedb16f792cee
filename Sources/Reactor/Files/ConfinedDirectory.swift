import CSystem
import Glibc

/// An open directory in one that another program writes to. Symbolic links of that program can't lead out of it.
@MainActor package final class ConfinedDirectory {
    /// As it is called outside of this type.
    package let path: String
    private let descriptor: Int32

    /// - Parameter path: the other program's directory. It can't replace this one itself.
    package init(_ path: String) throws(SystemError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        self.path = path
    }

    private init(_ path: String, _ descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    isolated deinit { close(descriptor) }

    /// A directory in this one. Fails with EXDEV if the way there leaves this one.
    package func directory(_ name: String) throws(SystemError) -> ConfinedDirectory {
        let place = name.utf8.contains(0) ? -ENOENT : open_beneath(descriptor, name)
        guard place >= 0 else { throw SystemError("\(path)/\(name)", code: -place) }
        return ConfinedDirectory("\(path)/\(name)", place)
    }

    /// Creates a directory in this one; false if its name is taken.
    package func make(_ name: String) throws(SystemError) -> Bool {
        guard mkdirat(descriptor, name, 0o700) != 0 else { return true }
        guard errno == EEXIST else { throw SystemError("creating \(path)/\(name)") }
        return false
    }

    /// The path by which this process reaches an entry, whatever becomes of the directory's own path.
    package func entry(_ name: String) -> String { "/proc/self/fd/\(descriptor)/\(name)" }
}
