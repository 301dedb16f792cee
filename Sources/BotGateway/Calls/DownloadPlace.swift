import BotAPI
import Glibc
import JSON
import Reactor

/// Where a download goes.
package struct DownloadPlace {
    /// As the child calls it.
    let path: String
    /// As this process reaches it, as long as this value lives.
    let location: String
    /// Keeps `location` valid; nil if that is the path.
    private let directory: ConfinedDirectory?

    init(_ path: String) { (self.path, location, directory) = (path, path, nil) }

    @MainActor fileprivate init(_ path: String, named name: String, in directory: ConfinedDirectory) {
        (self.path, location, self.directory) = (path, directory.entry(name), directory)
    }

    func words(of error: SystemError) -> String {
        error.description.replacing(location, with: path)
    }
}

/// The files of children in a box. Everything in the child's directory may be a trap, such as a link to another file.
extension ChildFiles {
    /// The directory for files without a path of their own, below the child's.
    private static let folder = "files"

    func confinedPlace(of call: Call, for scope: Scope, name: String) throws(SystemError) -> DownloadPlace {
        guard case .directory(let path) = confinement(scope) else {
            throw SystemError(call.downloadPath ?? name, code: EXDEV)
        }
        let root = try ConfinedDirectory(path)
        guard let given = call.downloadPath else {
            return try makeConfinedPlace(in: root, of: scope, name: Self.sanitized(name))
        }
        let inside = given.hasPrefix("\(path)/") ? String(given.dropFirst(path.count + 1)) : given
        guard let file = inside.baseName, !inside.hasPrefix("/"), !inside.hasSuffix("/"), file != "..",
            file != "."
        else { throw SystemError(given, code: EXDEV) }
        let parent = inside.dropLast(file.count)
        return DownloadPlace(
            "\(path)/\(inside)", named: file, in: parent.isEmpty ? root : try root.directory(String(parent)))
    }

    /// Why a child in a box can't have a file at a place.
    func outsideWords(_ call: Call, _ scope: Scope) -> String {
        guard case .directory(let directory) = confinement(scope) else { return FileConfinement.missing }
        return FileConfinement.outside(call.downloadPath, of: directory)
    }

    private func makeConfinedPlace(
        in root: ConfinedDirectory, of scope: Scope, name: String
    ) throws(SystemError) -> DownloadPlace {
        _ = try root.make(Self.folder)
        let folder = try root.directory(Self.folder)
        var number = 1
        while try !folder.make("\(number)") { number += 1 }
        let inside = "\(Self.folder)/\(number)"
        note("\(inside)/\(name)", of: scope)
        return DownloadPlace(
            "\(root.path)/\(inside)/\(name)", named: name, in: try folder.directory("\(number)"))
    }

    func removeConfined(_ names: [String], of scope: Scope) {
        guard case .directory(let path) = confinement(scope), !names.isEmpty,
            let folder = try? ConfinedDirectory(path).directory(Self.folder)
        else { return }
        for name in names {
            let parts = name.split(separator: "/").map(String.init)
            if let place = try? folder.directory(parts[1]) { unlink(place.entry(parts[2])) }
            rmdir(folder.entry(parts[1]))
        }
        rmdir("\(path)/\(Self.folder)")
    }

    /// Carries out a download at once: the answer to the call.
    ///
    /// - Parameter write: writes the file to a path, and returns its size.
    package func answer(
        to call: Call, for scope: Scope, name: String, writing write: (String) throws(SystemError) -> Int
    ) -> Result<JSON, BotAPIError> {
        do throws(BotAPIError) {
            let place = try place(of: call, for: scope, name: name)
            do throws(SystemError) {
                let size = try write(place.location)
                return .success(["path": JSON(place.path), "file_size": JSON(size)])
            } catch {
                return .failure(.badRequest(place.words(of: error)))
            }
        } catch {
            return .failure(error)
        }
    }
}
