import Glibc
import Reactor

/// A list on disk of the files that the gateway downloaded for children. After a kill the next run deletes these, and
/// nothing else: a bot may keep files of its own in the same place.
@MainActor final class FileManifest {
    private let path: String
    private var lineCount = 0
    /// As `chat-42/1/cat.jpg`, those of an earlier run too.
    private(set) var names: Set<String> = []

    init(_ path: String) {
        self.path = path
        let text = (try? File.read(path, onlyRegular: true)) ?? []
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        (lineCount, names) = (lines.count, Set(lines.map(String.init).filter(Self.isName)))
    }

    /// Whether it names a file in a directory of a scope's directory. Nothing else was written to the list.
    private static func isName(_ line: String) -> Bool {
        let parts = line.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { !["", ".", ".."].contains($0) }
    }

    /// Adds a file that is about to be made.
    func add(_ name: String) throws(SystemError) {
        // The newline in front ends a line that a crash cut off.
        try write("\n\(name)\n", O_APPEND)
        lineCount += 1
        names.insert(name)
    }

    /// Takes a file off that was deleted. If the list can't be written, it is deleted once more, in vain.
    func remove(_ name: String) {
        guard names.remove(name) != nil else { return }
        if names.isEmpty {
            unlink(path)
            lineCount = 0
        } else if lineCount > 2 * names.count + 100 {
            try? write(names.joined(separator: "\n") + "\n", O_TRUNC)
            lineCount = names.count
        }
    }

    private func write(_ text: String, _ mode: Int32) throws(SystemError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | mode, 0o600)
        guard descriptor >= 0 else { throw SystemError(path) }
        defer { close(descriptor) }
        guard File.writeAll(Array(text.utf8), to: descriptor) else { throw SystemError(path) }
    }
}
