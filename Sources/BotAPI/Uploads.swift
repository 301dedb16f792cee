import Glibc
import JSON
import Reactor

/// Finds the local files that a call names, and opens them to be sent with it.
///
/// - SeeAlso: https://core.telegram.org/bots/api#sending-files
package struct Uploads {
    /// Why a call can't be sent now.
    package enum PreparationError: Error {
        /// A file isn't there, can't be read, or may not be sent.
        case refused(BotAPIError)
        /// There are too many open files: it may work later.
        case exhausted
    }

    /// A request's body, and how many bytes of files are in it.
    package struct Prepared {
        package var body: HTTPClient.Body
        package var size = 0
    }

    /// Without symbolic links; nil where a child may send any file.
    private let root: String?

    /// - Parameter root: the directory, without symbolic links, that all files must be in.
    package init(root: String? = nil) { self.root = root }

    /// Whether a call's JSON may name a file; nearly no call does, and it costs little to know.
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

    /// The body for a call: JSON, or a form with the files that are named in it.
    package func prepare(_ method: String, _ parameters: JSON) throws(PreparationError) -> Prepared {
        let text = parameters.bytes
        guard Self.areNamed(in: text) else { return Prepared(body: .json(text)) }
        var form = UploadForm(root: root, names: Set(parameters.keys))
        for (name, value) in parameters.members {
            try form.add(name, value, mayCarryFile: Methods.mayCarryFile(name, of: method))
        }
        return form.size == nil
            ? Prepared(body: .json(text)) : Prepared(body: .form(form.parts), size: form.size ?? 0)
    }
}

/// A call's parameters as the parts of a form.
private struct UploadForm {
    let root: String?
    /// No part for a nested file may be called like these.
    let names: Set<String>
    var parts: [HTTPClient.Part] = []
    /// How many bytes the files have; nil where there is none.
    var size: Int?
    private var attached = 0

    init(root: String?, names: Set<String>) { (self.root, self.names) = (root, names) }

    mutating func add(_ name: String, _ value: JSON, mayCarryFile: Bool) throws(Uploads.PreparationError) {
        guard mayCarryFile else { return addText(name, value) }
        if let text = value.string {
            if text.hasPrefix("file://") {
                parts.append(.init(name, try content(of: text, in: name)))
            } else if text.first == "[" || text.first == "{", let structure = try? JSON(parsing: text) {
                // What Telegram takes as JSON it also takes as JSON in a string.
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

    /// A copy in which local files have become `attach://<part>`.
    ///
    /// - Parameter key: what the value is called, where it is a member.
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
                .badRequest("\(place): \(file.path) is outside of \(root), which --upload-root names"))
        }
        size = (size ?? 0) + file.size
        let name = file.path.baseName ?? "file"
        return .file(file, name: name)
    }

    private func open(_ url: String, _ place: String) throws(Uploads.PreparationError) -> InputFile {
        let given = String(url.dropFirst("file://".count))
        let path = given.hasPrefix("localhost/") ? String(given.dropFirst("localhost".count)) : given
        do throws(InputFile.Refusal) {
            return try InputFile(path)
        } catch {
            // A URL has it escaped, and a script doesn't: what is there counts.
            if let decoded = PercentEncoding.decodeValidating(path), decoded != path,
                let file = try? InputFile(decoded)
            {
                return file
            }
            throw error.isExhaustion ? .exhausted : .refused(.badRequest("\(place): \(error)"))
        }
    }
}
