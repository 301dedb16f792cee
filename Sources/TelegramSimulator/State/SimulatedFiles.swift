import BotAPI
import Glibc
import JSON
import Reactor

/// The files of a simulated Telegram, by `file_id`.
package struct SimulatedFiles {
    private struct Entry {
        let id: String
        let path: String
        let name: String
        let size: Int
        /// The parameter for the file, such as `photo`; nil if it fits any parameter.
        var kind: String?
        /// Nil if the file is at a URL, incomplete, or dropped.
        var contents: ServedFile.Contents?
        /// The size of a picture, if its format is known.
        var pixels: ImageSize?

        /// The properties of all kinds of files.
        var json: JSON {
            ["file_id": JSON(id), "file_unique_id": JSON("AgAD\(id.suffix(6))"), "file_size": JSON(size)]
        }
    }

    /// The maximum size of a download. A server run with `--local` has no limit.
    package static let sizeLimit = 20 << 20

    /// The directory for files of a server run with `--local`; nil for a hosted server. If it is set, getFile writes
    /// the file to disk and returns an absolute path, and files can't be downloaded over HTTP.
    package var localDirectory: String?
    /// The limits on the total size of files in memory, and on the number of open files on disk. The contents of the
    /// oldest files are dropped: these can't be downloaded any more, but can still be sent again.
    var byteLimit = 256 << 20
    var openLimit = 200
    private var entries: [Entry] = []
    /// The index of the first entry with contents that weren't dropped.
    private var firstHeld = 0
    private var bytesHeld = 0
    private var filesHeld = 0
    private var places: [String: Int] = [:]
    private let keepsWhatItHasNot: Bool
    private var lastNumber = 0

    /// - Parameter keepsWhatItHasNot: whether to remember files without contents, such as those at a URL, and refuse
    ///   any unknown `file_id`. If false, every `file_id` is accepted, because a log names files, but doesn't contain
    ///   them.
    package init(keepsWhatItHasNot: Bool = false) {
        self.keepsWhatItHasNot = keepsWhatItHasNot
    }

    /// A new instance with the same settings, but without files. Their numbers continue.
    func another() -> SimulatedFiles {
        var other = SimulatedFiles(keepsWhatItHasNot: keepsWhatItHasNot)
        (other.localDirectory, other.lastNumber) = (localDirectory, lastNumber)
        (other.byteLimit, other.openLimit) = (byteLimit, openLimit)
        return other
    }

    /// Deletes the copies in the local directory.
    func removeCopies() {
        guard let localDirectory else { return }
        for entry in entries {
            if case .bytes = entry.contents { unlink(copy(of: entry, in: localDirectory)) }
        }
    }

    /// - Parameter path: the path in getFile's result, such as `photos/file_1.jpg`.
    /// - Returns: the file's `file_id`.
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

    // MARK: getFile and downloads

    /// A `File`. Fails like Telegram for an unknown `file_id`, and for a file that is too big.
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

    /// The file for a path below `/file/bot<token>/`; nil if there is none.
    package func served(_ path: String) -> ServedFile? {
        guard localDirectory == nil else { return nil }
        return entries.last { $0.path == path && $0.size <= Self.sizeLimit }?.contents.map(ServedFile.init)
    }

    /// The contents of a file; nil if it is unknown, or its contents were dropped.
    func contents(_ id: String) -> ServedFile.Contents? { entry(id)?.contents }

    // MARK: files in messages

    static let kinds: Set<String> = [
        "photo", "document", "video", "audio", "voice", "animation", "video_note", "sticker",
    ]

    private static let kindsByMethod = Dictionary(
        uniqueKeysWithValues: kinds.map { ("send" + $0.filter { $0 != "_" }, $0) })

    /// The kind of file that a method sends, named like the method's parameter; nil if it sends no file.
    static func kind(of method: String) -> String? { kindsByMethod[method.lowercased()] }

    /// The object of a file in a message. The file may be uploaded with the call, stored, or at a URL.
    ///
    /// - Parameters:
    ///   - arguments: the parameters of the call, or of an item of its album.
    ///   - parameter: the name of the file's parameter.
    /// - Returns: an object of the kind's type; an array for a photo.
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

    /// Fails if a photo is sent as another kind, or vice versa. All other kinds can be sent as one another.
    private func check(_ entry: Entry, fits kind: String) throws(BotAPIError) {
        guard keepsWhatItHasNot, let own = entry.kind, own != kind, [own, kind].contains("photo") else {
            return
        }
        throw .badRequest("can't use file of type \(Self.typeName(own)) as \(Self.typeName(kind))")
    }

    /// The kind's name in Telegram's errors, such as `VideoNote`. A voice message is called `VoiceNote` there.
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
