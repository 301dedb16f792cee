import Glibc
import Reactor

/// Where things are that tests use.
package enum Places {
    /// The project's directory.
    package static let project = String(#filePath.dropLast("/Tests/Support/Places.swift".count))

    /// The program that was built beside these tests.
    package static let pipegram = builtBeside(getenv("PIPEGRAM_UNDER_TEST").map { String(cString: $0) })

    /// A bot of `Tests/Bots`.
    package static func bot(_ name: String) -> String { "\(project)/Tests/Bots/\(name)" }

    private static func builtBeside(_ given: String?) -> String {
        if let given { return given }
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let test = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The test program is `.build/debug/…`, or started for one by swiftpm's helper.
        for argument in [test] + CommandLine.arguments {
            guard let end = argument.lastIndex(of: "/") else { continue }
            let candidate = argument[..<end] + "/pipegram"
            if access(String(candidate), X_OK) == 0 { return String(candidate) }
        }
        return "\(project)/.build/debug/pipegram"
    }
}

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
        let descriptor = open(
            file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, bytes.starts(with: "#!".utf8) ? 0o755 : 0o644)
        guard descriptor >= 0 else { return file }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return file }
            rest = rest.dropFirst(count)
        }
        return file
    }

    /// What is in it, or in a directory below it, by name.
    package func names(_ below: String = "") -> [String] {
        Directory.names(in: "\(path)/\(below)")
    }

    package func read(_ name: String) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    package func bytes(_ name: String) -> [UInt8]? {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(descriptor, &piece, piece.count), count > 0 {
            text += piece[..<count]
        }
        return text
    }
}
