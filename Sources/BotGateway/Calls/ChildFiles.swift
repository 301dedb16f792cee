import Glibc
import Reactor

/// Files that were fetched for children and have no place of their own: each is gone with its child.
///
/// They lie in a directory of their scope, numbered: the same events give the same names.
@MainActor package final class ChildFiles {
    /// Where they all are; nil while there was none.
    package private(set) var directory: String?
    private let base: String
    private let isTemporary: Bool
    private var counts: [Scope: Int] = [:]
    /// The directories of those whose child may live.
    private var places: [Scope: [String]] = [:]
    /// What an earlier run left: the directories of files, and then that of their scope.
    private var earlier: [String] = []

    /// - Parameters:
    ///   - state: the state directory; nil for a temporary one, which is made for the first file.
    ///   - temporaryDirectory: where that is made.
    package init(in state: String?, temporaryDirectory: String) {
        isTemporary = state == nil
        base = state.map { "\(Self.absolute($0))/files" } ?? temporaryDirectory
        guard !isTemporary else { return }
        earlier = Directory.names(in: base).flatMap { scope in
            Directory.names(in: "\(base)/\(scope)").map { "\(base)/\(scope)/\($0)" } + ["\(base)/\(scope)"]
        }
    }

    isolated deinit { if isTemporary { removeAll() } }

    /// Where a call wants its file: where it says, or in a place of the gateway's own.
    ///
    /// - Parameter name: as in `makePath`.
    package func place(of call: Call, for scope: Scope, name: String) throws(SystemError) -> String {
        if let given = call.downloadPath { return given }
        return try makePath(for: scope, name: name)
    }

    /// A text that may name fetched files, with a name for their directory that is the same every time.
    package func withoutItsName(_ text: String) -> String {
        guard let directory else { return text }
        return text.replacing(directory, with: "/tmp/pipegram")
    }

    /// A path where nothing is, in a directory that is there.
    ///
    /// - Parameter name: of the file, as its sender chose it; of it the letters, digits, dots and dashes stay.
    func makePath(for scope: Scope, name: String) throws(SystemError) -> String {
        let place = "\(try makeDirectory())/\(Self.name(of: scope))"
        var number = (counts[scope] ?? 0) + 1
        try Self.make(place)
        // An earlier run may have left some, which its calls still send.
        while mkdir("\(place)/\(number)", 0o700) != 0 {
            guard errno == EEXIST else { throw SystemError("making \(place)/\(number)") }
            number += 1
        }
        counts[scope] = number
        places[scope, default: []].append("\(place)/\(number)")
        return "\(place)/\(number)/\(Self.sanitized(name))"
    }

    /// Those of a scope whose child is gone, to be removed when nobody needs them any more.
    package func release(of scope: Scope) -> [String] { places.removeValue(forKey: scope) ?? [] }

    package func remove(_ taken: [String], of scope: Scope) {
        guard !taken.isEmpty, let directory else { return }
        taken.forEach { Directory.remove($0) }
        // Unless a later child has some.
        if rmdir("\(directory)/\(Self.name(of: scope))") == 0 { counts[scope] = nil }
    }

    /// Those that an earlier run left, which nobody needs any more.
    func removeRecovered() {
        let current = Set(counts.keys.map { "\(base)/\(Self.name(of: $0))" })
        for path in earlier where !current.contains(path) { Directory.remove(path) }
        earlier = []
    }

    /// All of them, with their directory.
    package func removeAll() {
        if let directory { Directory.remove(directory) }
        (directory, counts, places) = (nil, [:], [:])
    }

    private func makeDirectory() throws(SystemError) -> String {
        if let directory { return directory }
        if isTemporary {
            // mkdtemp(3) puts something else in the place of the six letters.
            var template = Array("\(base)/pipegram-XXXXXX".utf8CString)
            guard let made = mkdtemp(&template) else { throw SystemError("making a directory in \(base)") }
            directory = String(cString: made)
        } else {
            try Self.make(base)
            directory = base
        }
        return directory ?? base
    }

    private static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A scope's text may hold slashes, and a business connection's id anything.
    private static func name(of scope: Scope) -> String {
        let text = scope.description
        let name = sanitized(text)
        return name == text.replacing(":", with: "-")
            ? name : "\(name)-\(String(Checksum(of: Array(text.utf8)).value, radix: 16))"
    }

    private static func sanitized(_ name: String) -> String {
        let kept = name.suffix(100).map {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._".contains($0)) ? $0 : "-"
        }
        let text = String(kept.drop { $0 == "." })
        return text.isEmpty ? "file" : text
    }

    private static func make(_ path: String) throws(SystemError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw SystemError("making \(path)")
    }
}
