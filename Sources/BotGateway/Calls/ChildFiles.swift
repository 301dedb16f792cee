import BotAPI
import Glibc
import Reactor

/// Files that were downloaded for children without a `path` of their own. They are deleted after their child ended.
///
/// Each scope has a directory with numbered subdirectories, so that the same events give the same names. A bot may keep
/// files there too: only what is in the manifest is deleted, and directories once they are empty.
@MainActor package final class ChildFiles {
    /// The parent of all scopes' directories; nil before the first file.
    package private(set) var directory: String?
    private let base: String
    private let isTemporary: Bool
    private var counts: [Scope: Int] = [:]
    /// The files' names below `directory`, by the scope of the running child.
    private var names: [Scope: [String]] = [:]
    private let reserved: ReservedFiles
    /// Nil for a temporary directory, which is deleted with all that is in it.
    private let manifest: FileManifest?
    /// The files that an earlier run left.
    private var earlier: Set<String>
    /// Where a scope's child has its files, if it is in a box.
    package let confinement: (Scope) -> FileConfinement

    /// - Parameters:
    ///   - state: the state directory; nil for a temporary directory, created for the first file.
    ///   - temporaryDirectory: the parent of the temporary directory.
    ///   - reserved: files that no download replaces.
    ///   - confinement: where a scope's child has its files. Those without a `path` go there, too.
    package init(
        in state: String?, temporaryDirectory: String, except reserved: ReservedFiles = ReservedFiles(),
        confinement: @escaping (Scope) -> FileConfinement = { _ in .anywhere }
    ) {
        self.confinement = confinement
        isTemporary = state == nil
        base = state.map { "\(File.resolved($0) ?? $0)/files" } ?? temporaryDirectory
        let list = state.map { "\(File.resolved($0) ?? $0)/files.list" }
        manifest = list.map { FileManifest($0) }
        self.reserved = list.map { [base] in reserved.adding([$0, base]) } ?? reserved
        earlier = manifest?.names ?? []
    }

    isolated deinit { if isTemporary { removeAll() } }

    /// The path for a call's file: the one it names, otherwise a new one in the scope's directory.
    ///
    /// - Parameter name: as in `makePath`.
    package func place(
        of call: Call, for scope: Scope, name: String
    ) throws(BotAPIError) -> DownloadPlace {
        let place: DownloadPlace
        do throws(SystemError) {
            if confinement(scope) != .anywhere {
                place = try confinedPlace(of: call, for: scope, name: name)
            } else if let given = call.downloadPath {
                place = DownloadPlace(given)
            } else {
                place = DownloadPlace(try makePath(for: scope, name: name))
            }
        } catch {
            throw .badRequest(error.code == EXDEV ? outsideWords(call, scope) : error.description)
        }
        if let reason = refusal(of: place) { throw .badRequest(reason) }
        return place
    }

    /// Why no download may take a path, and what to do; nil if one may.
    private func refusal(of place: DownloadPlace) -> String? {
        if reserved.contains(place.location) {
            return "\(place.path) belongs to \(ReservedFiles.owner); choose another path"
        }
        // A rename would replace a device or a pipe too.
        guard access(place.location, F_OK) == 0, !File.isRegular(place.location) else { return nil }
        return "\(place.path) exists and is not a regular file; choose another path"
    }

    /// Replaces the directory's name in a text with a fixed one, so that a replay prints the same every time.
    package func withoutItsName(_ text: String) -> String {
        guard let directory else { return text }
        return text.replacing(directory, with: "/tmp/pipegram")
    }

    /// Returns an unused path in a new directory.
    ///
    /// - Parameter name: the file's name as its sender chose it. Characters other than letters, digits, dots and
    ///   underscores become dashes.
    func makePath(for scope: Scope, name: String) throws(SystemError) -> String {
        let directory = try makeDirectory()
        let place = Self.name(of: scope)
        try Self.make("\(directory)/\(place)")
        let folder = "\(place)/\(try makeNumber(in: "\(directory)/\(place)", for: scope))"
        let name = "\(folder)/\(Self.sanitized(name))"
        do throws(SystemError) {
            try manifest?.add(name)
        } catch {
            rmdir("\(directory)/\(folder)")
            throw error
        }
        earlier.remove(name)
        names[scope, default: []].append(name)
        return "\(directory)/\(name)"
    }

    /// Notes a file below the child's own directory, to be deleted after its end.
    func note(_ name: String, of scope: Scope) { names[scope, default: []].append(name) }

    private func makeNumber(in place: String, for scope: Scope) throws(SystemError) -> Int {
        var number = (counts[scope] ?? 0) + 1
        // An earlier run may have left such a directory, and one of its calls may still upload the file.
        while mkdir("\(place)/\(number)", 0o700) != 0 {
            guard errno == EEXIST else { throw SystemError("creating \(place)/\(number)") }
            number += 1
        }
        counts[scope] = number
        return number
    }

    /// The files of a scope whose child ended, to be deleted when no call needs them.
    package func release(of scope: Scope) -> [String] { names.removeValue(forKey: scope) ?? [] }

    package func remove(_ taken: [String], of scope: Scope) {
        if confinement(scope) != .anywhere { return removeConfined(taken, of: scope) }
        guard let directory else { return }
        taken.forEach { remove($0) }
        // It stays where a later child has files, or the bot.
        let place = "\(directory)/\(Self.name(of: scope))"
        if !taken.isEmpty, !Directory.isReal(place) { counts[scope] = nil }
    }

    /// Deletes the files that an earlier run left, once its calls are answered.
    func removeRecovered() {
        earlier.forEach { remove($0) }
        earlier = []
    }

    /// Deletes a file with what a kill left of its download, and its directories if nothing else is in them.
    private func remove(_ name: String) {
        let parts = name.split(separator: "/").map(String.init)
        let root = directory ?? base
        let (place, folder) = ("\(root)/\(parts[0])", "\(root)/\(parts[0])/\(parts[1])")
        // A link leads to files of another owner.
        if Directory.isReal(root), Directory.isReal(place), Directory.isReal(folder) {
            for entry in Directory.names(in: folder)
            where entry == parts[2] || entry.hasPrefix("\(parts[2]).part-") {
                unlink("\(folder)/\(entry)")
            }
            rmdir(folder)
            rmdir(place)
        }
        manifest?.remove(name)
    }

    /// Deletes all files and their directory.
    package func removeAll() {
        if let directory { Directory.remove(directory) }
        (directory, counts, names) = (nil, [:], [:])
    }

    private func makeDirectory() throws(SystemError) -> String {
        if let directory { return directory }
        if isTemporary {
            directory = try Directory.makeTemporary(in: base)
        } else {
            try Self.make(base)
            directory = base
        }
        return directory ?? base
    }

    /// The directory's name for a scope. A checksum is added if sanitizing changed the name, because a business
    /// connection's id may contain any character.
    private static func name(of scope: Scope) -> String {
        let text = scope.description
        let name = sanitized(text)
        return name == text.replacing(":", with: "-")
            ? name : "\(name)-\(String(Checksum(of: Array(text.utf8)).value, radix: 16))"
    }

    static func sanitized(_ name: String) -> String {
        let kept = name.suffix(100).map {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._".contains($0)) ? $0 : "-"
        }
        let text = String(kept.drop { $0 == "." })
        return text.isEmpty ? "file" : text
    }

    private static func make(_ path: String) throws(SystemError) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else { throw SystemError("creating \(path)") }
        guard Directory.isReal(path) else {
            throw SystemError("\(path), which must be a directory and no link", code: ENOTDIR)
        }
    }
}
