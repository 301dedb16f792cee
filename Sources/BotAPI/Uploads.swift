import Glibc
import JSON
import Reactor

/// Finds the local files named in a call and opens them for sending.
///
/// - SeeAlso: https://core.telegram.org/bots/api#sending-files
package struct Uploads {
    /// Why a call can't be sent at present.
    package enum PreparationError: Error {
        /// A file is missing, unreadable or not allowed.
        case refused(BotAPIError)
        /// Too many files are open: a later attempt may succeed.
        case exhausted
    }

    /// A request's body, and the total size of its files in bytes.
    package struct Prepared {
        package var body: HTTPClient.Body
        package private(set) var size = 0
    }

    /// The resolved directory; nil if a child may send any file.
    private let root: String?
    private let reserved: ReservedFiles
    /// Where the files of the child must be, besides.
    private var confinement = FileConfinement.anywhere

    /// - Parameters:
    ///   - root: the directory that all files must be in, with symbolic links resolved.
    ///   - reserved: files that can't be sent.
    package init(root: String? = nil, except reserved: ReservedFiles = ReservedFiles()) {
        (self.root, self.reserved) = (root, reserved)
    }

    /// The same, without files that this program itself uses.
    package func excluding(_ reserved: ReservedFiles) -> Uploads { Uploads(root: root, except: reserved) }

    /// The same for a child that has its files in one place.
    package func confined(to confinement: FileConfinement) -> Uploads {
        var copy = self
        copy.confinement = confinement
        return copy
    }

    /// Whether a call's JSON may name a file. Most calls don't, and this check is cheap.
    package static func areNamed(in json: [UInt8]) -> Bool {
        json.withUnsafeBytes { bytes in
            var rest = bytes
            while let start = rest.baseAddress, let colon = memchr(start, 0x3A, rest.count) {
                let end = UnsafeRawPointer(colon) - start
                if rest[..<end].suffix(4).elementsEqual("file".utf8), rest[end...].starts(with: "://".utf8) {
                    return true
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            }
            return false
        }
    }

    /// The body for a call: JSON, or a form with the named files.
    package func prepare(_ method: String, _ parameters: JSON) throws(PreparationError) -> Prepared {
        let text = parameters.bytes
        guard Self.areNamed(in: text) else { return Prepared(body: .json(text)) }
        var form = UploadForm(
            root: root, except: reserved, confinement: confinement, names: Set(parameters.keys))
        for (name, value) in parameters.members {
            try form.add(name, value, mayCarryFile: Methods.mayCarryFile(name, of: method))
        }
        return form.size == nil
            ? Prepared(body: .json(text)) : Prepared(body: .form(form.parts), size: form.size ?? 0)
    }
}

/// Converts a call's parameters to form fields.
private struct UploadForm {
    let root: String?
    let reserved: ReservedFiles
    let confinement: FileConfinement
    /// Names that fields for nested files must not use.
    let names: Set<String>
    var parts: [HTTPClient.Part] = []
    /// The files' total size in bytes; nil without files.
    var size: Int?
    private var attached = 0

    init(
        root: String?, except reserved: ReservedFiles, confinement: FileConfinement, names: Set<String>
    ) {
        (self.root, self.reserved, self.confinement, self.names) = (root, reserved, confinement, names)
    }

    mutating func add(_ name: String, _ value: JSON, mayCarryFile: Bool) throws(Uploads.PreparationError) {
        guard mayCarryFile else { return addText(name, value) }
        if let text = value.string {
            if text.hasPrefix("file://") {
                parts.append(.init(name, try content(of: text, in: name)))
            } else if text.first == "[" || text.first == "{", let structure = try? JSON(parsing: text) {
                // Telegram also accepts a structure as a string of JSON.
                addText(name, try attaching(structure, in: name, key: nil))
            } else {
                addText(name, value)
            }
        } else {
            addText(name, try attaching(value, in: name, key: nil))
        }
    }

    private mutating func addText(_ name: String, _ value: JSON) {
        parts.append(.init(name, .text(value.string.map { Array($0.utf8) } ?? value.shortBytes)))
    }

    /// A copy of the value in which local files are replaced by `attach://<part>`.
    ///
    /// - Parameter key: the value's key in its object, if it is a member.
    private mutating func attaching(_ value: JSON, in parameter: String, key: String?) throws(Uploads
        .PreparationError)
        -> JSON
    {
        if let key, Methods.fileKeys.contains(key), let text = value.string, text.hasPrefix("file://") {
            let content = try content(of: text, in: "\(parameter): \(key)")
            let part = nextPart()
            parts.append(.init(part, content))
            return JSON("attach://\(part)")
        }
        if value.isArray {
            var copy: JSON = []
            for element in value.elements { copy.append(try attaching(element, in: parameter, key: nil)) }
            return copy
        }
        guard value.isObject else { return value }
        var copy: JSON = [:]
        for (key, member) in value.members { copy.set(key, try attaching(member, in: parameter, key: key)) }
        return copy
    }

    private mutating func nextPart() -> String {
        repeat { attached += 1 } while names.contains("file\(attached)")
        return "file\(attached)"
    }

    private mutating func content(
        of url: String, in place: String
    ) throws(Uploads.PreparationError) -> HTTPClient.Part.Content {
        let file = try open(url, place)
        if let root, file.resolvedPath != root, !file.resolvedPath.hasPrefix(root == "/" ? root : "\(root)/")
        {
            throw .refused(
                .badRequest("\(place): \(file.path) is outside of --upload-root \(root)"))
        }
        if let reason = confinement.refusal(of: file.path, at: file.resolvedPath) {
            throw .refused(.badRequest("\(place): \(reason)"))
        }
        size = (size ?? 0) + file.size
        let name = file.path.baseName ?? "file"
        return .file(file, name: name)
    }

    private func open(_ url: String, _ place: String) throws(Uploads.PreparationError) -> InputFile {
        let given = String(url.dropFirst("file://".count))
        let path = confinement.path(
            given.hasPrefix("localhost/") ? String(given.dropFirst("localhost".count)) : given)
        do throws(InputFile.Refusal) {
            return try InputFile(path, except: reserved)
        } catch {
            // In a URL the path is percent-encoded, but scripts often don't encode it: try both.
            if let decoded = PercentEncoding.decodeValidating(path), decoded != path,
                let file = try? InputFile(decoded, except: reserved)
            {
                return file
            }
            throw error.isExhaustion ? .exhausted : .refused(.badRequest("\(place): \(error)"))
        }
    }
}
