import Glibc
import Reactor

/// A directory of a test's own, removed with it.
///
/// `@MainActor` is the default, but where it isn't said Swift 6.3 can't import a class with an isolated
/// `deinit` from an optimized module, as `Tests/Fuzz` does.
@MainActor package final class TemporaryDirectory {
    package let path: String

    package init() {
        var template = Array("/tmp/pipegram-test-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    isolated deinit {
        if path != "/tmp" { Directory.remove(path) }
    }

    /// Writes a file, executable when it begins with `#!`. Its path.
    @discardableResult
    package func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = "\(path)/\(name)"
        let mode: mode_t = bytes.starts(with: "#!".utf8) ? 0o755 : 0o644
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { return file }
        defer { close(descriptor) }
        File.writeAll(bytes, to: descriptor)
        return file
    }

    /// What is in it, or in a directory below it, by name.
    package func names(_ below: String = "") -> [String] {
        Directory.names(in: "\(path)/\(below)")
    }

    package func read(_ name: String) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    package func bytes(_ name: String) -> [UInt8]? { try? File.read("\(path)/\(name)") }
}
