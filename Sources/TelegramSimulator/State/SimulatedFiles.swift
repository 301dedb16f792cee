import BotAPI
import Glibc
import JSON
import Reactor

/// The files that a simulated Telegram has, each under its `file_id`.
package struct SimulatedFiles {
    private struct Entry {
        let id: String
        let path: String
        let name: String
        let size: Int
        /// As a parameter that takes it is named; nil for one that any takes.
        var kind: String?
        /// Nil for one that isn't here, or not as a whole, or not any more.
        var contents: ServedFile.Contents?
        /// Of a picture, where its start tells.
        var pixels: ImageSize?

        /// What all objects of files have.
        var json: JSON {
            ["file_id": JSON(id), "file_unique_id": JSON("AgAD\(id.suffix(6))"), "file_size": JSON(size)]
        }
    }

    /// The Bot API server gives out longer ones only where it is local.
    package static let sizeLimit = 20 << 20

    /// Set for a server run with `--local`: getFile then answers with an absolute path, where the file is by
    /// then, and nothing is fetched over HTTP.
    package var localDirectory: String?
    /// How many bytes it may hold, and how many files of the disk it may keep open. The oldest are forgotten, and can't
    /// be fetched any more; they can be sent again all the same.
    var byteLimit = 256 << 20
    var openLimit = 200
    private var entries: [Entry] = []
    /// Those from here on are held.
    private var firstHeld = 0
    private var bytesHeld = 0
    private var filesHeld = 0
    private var places: [String: Int] = [:]
    private let keepsWhatItHasNot: Bool
    private var lastNumber = 0

    /// - Parameter keepsWhatItHasNot: files that are elsewhere, as those of URLs, are known by the `file_id` that they
    ///   got, and one that nobody got is an error. Without, any will do: a log tells of files and hasn't got them.
    package init(keepsWhatItHasNot: Bool = false) {
        self.keepsWhatItHasNot = keepsWhatItHasNot
    }

    /// - Parameter path: as getFile tells it, as in `photos/file_1.jpg`.
    /// - Returns: its `file_id`.
    package mutating func add(_ contents: ServedFile.Contents, path: String) -> String {
        add(contents, size: ServedFile(contents).size, path: path, name: path)
    }

    private mutating func add(
        _ contents: ServedFile.Contents?, size: Int, path: String, name: String, kind: String? = nil,
        pixels: ImageSize? = nil
    ) -> String {
        let entry = Entry(
            id: nextID(), path: path, name: name, size: size, kind: kind, contents: contents, pixels: pixels)
        places[entry.id] = entries.count
        entries.append(entry)
        count(contents, 1)
        while bytesHeld > byteLimit || filesHeld > openLimit, firstHeld < entries.count - 1 { forgetOldest() }
        return entry.id
    }

    private mutating func count(_ contents: ServedFile.Contents?, _ sign: Int) {
        switch contents {
        case .bytes(let bytes): bytesHeld += sign * bytes.count
        case .file: filesHeld += sign
        case nil: break
        }
    }

    private mutating func forgetOldest() {
        let entry = entries[firstHeld]
        count(entry.contents, -1)
        if case .bytes = entry.contents, let localDirectory { unlink(copy(of: entry, in: localDirectory)) }
        entries[firstHeld].contents = nil
        firstHeld += 1
    }

    private func copy(of entry: Entry, in directory: String) -> String {
        "\(directory)/\(entry.path.split(separator: "/").joined(separator: "_"))"
    }

    private mutating func nextID() -> String {
        lastNumber += 1
        let number = String(lastNumber)
        return "BQACAgIAAxkB\(String(repeating: "0", count: max(0, 6 - number.count)))\(number)"
    }

    private func entry(_ id: String) -> Entry? { places[id].map { entries[$0] } }

    // MARK: getFile, and what follows

    /// A `File`. Fails as Telegram does for an unknown `file_id` and for a long file.
    mutating func file(_ arguments: Arguments) throws(BotAPIError) -> JSON {
        guard let entry = entry(arguments.text("file_id")) else {
            throw .badRequest("invalid file_id")
        }
        guard localDirectory != nil || entry.size <= Self.sizeLimit else {
            throw .badRequest("file is too big")
        }
        guard entry.contents != nil || entry.size == 0 else { throw .fileIsUnavailable }
        var file = entry.json
        file.set("file_path", JSON(try place(of: entry)))
        return file
    }

    private func place(of entry: Entry) throws(BotAPIError) -> String {
        guard let localDirectory else { return entry.path }
        switch entry.contents {
        case .file(let file): return file.resolvedPath
        case .bytes(let bytes):
            let path = copy(of: entry, in: localDirectory)
            guard access(path, F_OK) != 0 else { return path }
            do throws(SystemError) {
                let file = try OutputFile(creating: path)
                let pieces = bytes.withUnsafeBytes { pieces in
                    Result { () throws(SystemError) in try file.append(pieces) }
                }
                try pieces.get()
                return path
            } catch {
                throw BotAPIError(code: 500, reason: "Internal Server Error: \(error)")
            }
        case nil: throw .fileIsUnavailable
        }
    }

    /// What is fetched from below `/file/bot<token>/`; nil where there is no such file.
    package func served(_ path: String) -> ServedFile? {
        guard localDirectory == nil else { return nil }
        return entries.last { $0.path == path && $0.size <= Self.sizeLimit }?.contents.map(ServedFile.init)
    }

    // MARK: files in messages

    static let kinds: Set<String> = [
        "photo", "document", "video", "audio", "voice", "animation", "video_note", "sticker",
    ]

    private static let kindsByMethod = Dictionary(
        uniqueKeysWithValues: kinds.map { ("send" + $0.filter { $0 != "_" }, $0) })

    /// What kind of file a method sends, as its parameter is named; nil where it sends none.
    static func kind(of method: String) -> String? { kindsByMethod[method.lowercased()] }

    /// What a message has of the file that a call sends: as it was uploaded with it, stored before, or elsewhere.
    ///
    /// - Parameters:
    ///   - arguments: of the call, or of an item of its album: with the file, and what is said of it.
    ///   - parameter: the name of the file's.
    /// - Returns: an object of the kind's type; of a photo an array.
    mutating func object(
        _ kind: String, _ arguments: Arguments, parameter: String, _ uploads: [ReceivedFile]
    ) throws(BotAPIError) -> JSON {
        let value = arguments.text(parameter)
        guard Self.kinds.contains(kind) else { throw .badRequest("type of file to send mismatch") }
        let entry = try entry(kind, value, uploads.meant(by: value, parameter: parameter))
        return FileObject(kind: kind, name: entry.name, pixels: entry.pixels, arguments: arguments).json(
            entry.json)
    }

    private mutating func entry(
        _ kind: String, _ value: String, _ upload: ReceivedFile?
    ) throws(BotAPIError) -> Entry {
        if let upload {
            guard upload.size > 0 || !keepsWhatItHasNot else { throw .badRequest("file must be non-empty") }
            let suffix = upload.name.lastIndex(of: ".").map { upload.name[$0...] } ?? ""
            let path = "\(kind)s/file_\(lastNumber + 1)\(suffix.contains("/") ? "" : suffix)"
            let id = add(
                upload.contents, size: upload.size, path: path, name: upload.name, kind: kind,
                pixels: ImageSize(upload.bytes))
            if let entry = entry(id) { return entry }
        }
        guard !value.isEmpty, !value.hasPrefix("attach://") else {
            throw .badRequest("there is no \(kind.replacing("_", with: " ")) in the request")
        }
        if let known = entry(value) {
            try check(known, fits: kind)
            return known
        }
        let name = value.contains("://") ? value.baseName ?? "" : ""
        guard keepsWhatItHasNot else {
            return Entry(
                id: value.contains("://") ? nextID() : value, path: "", name: name, size: 0, contents: nil)
        }
        guard ["http", "https"].contains(where: { Self.isAddress(value, scheme: $0) }) else {
            throw .badRequest("wrong file identifier/HTTP URL specified")
        }
        let id = add(nil, size: 0, path: "\(kind)s/file_\(lastNumber + 1)", name: name, kind: kind)
        return entry(id) ?? Entry(id: id, path: "", name: name, size: 0, contents: nil)
    }

    /// A photo stays a photo, and nothing else becomes one; all others may be sent as one another.
    private func check(_ entry: Entry, fits kind: String) throws(BotAPIError) {
        guard keepsWhatItHasNot, let own = entry.kind, own != kind, [own, kind].contains("photo") else {
            return
        }
        throw .badRequest("can't use file of type \(Self.typeName(own)) as \(Self.typeName(kind))")
    }

    /// As in `VideoNote`, which Telegram's errors call it; a voice message has a longer name there.
    private static func typeName(_ kind: String) -> String {
        kind == "voice"
            ? "VoiceNote"
            : kind.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func isAddress(_ text: String, scheme: String) -> Bool {
        guard text.hasPrefix("\(scheme)://"), let first = text.dropFirst(scheme.count + 3).first else {
            return false
        }
        return !"/?#:".contains(first)
    }
}

extension BotAPIError {
    fileprivate static var fileIsUnavailable: BotAPIError {
        .badRequest("wrong file_id or the file is temporarily unavailable")
    }
}
