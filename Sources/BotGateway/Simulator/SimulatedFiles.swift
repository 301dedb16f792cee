import Glibc
import JSON
import Reactor

/// The files that a simulated Telegram has, each under its `file_id`.
public struct SimulatedFiles {
    private struct Entry {
        let id: String
        let path: String
        let name: String
        let size: Int
        /// Nil for one that was uploaded and not kept whole.
        let contents: ServedFile.Contents?

        /// What all objects of files have.
        var json: JSON {
            ["file_id": JSON(id), "file_unique_id": JSON("AgAD\(id.suffix(6))"), "file_size": JSON(size)]
        }
    }

    /// The Bot API server gives out longer ones only where it is local.
    public static let sizeLimit = 20 << 20

    /// Set for a server run with `--local`: getFile then answers with an absolute path, where the file is by
    /// then, and nothing is fetched over HTTP.
    public var localDirectory: String?
    private var entries: [Entry] = []

    /// - Parameter path: as getFile tells it, as in `photos/file_1.jpg`.
    /// - Returns: its `file_id`.
    public mutating func add(_ contents: ServedFile.Contents, path: String) -> String {
        add(contents, size: ServedFile(contents).size, path: path, name: path)
    }

    private mutating func add(
        _ contents: ServedFile.Contents?, size: Int, path: String, name: String
    ) -> String {
        let number = String(entries.count + 1)
        let id = "BQACAgIAAxkB\(String(repeating: "0", count: max(0, 6 - number.count)))\(number)"
        entries.append(Entry(id: id, path: path, name: name, size: size, contents: contents))
        return id
    }

    // MARK: getFile, and what follows

    /// A `File`. Fails as Telegram does for an unknown `file_id` and for a long file.
    mutating func file(_ arguments: Arguments) throws(BotAPIError) -> JSON {
        guard let entry = entries.first(where: { $0.id == arguments.text("file_id") }) else {
            throw .badRequest("invalid file_id")
        }
        guard localDirectory != nil || entry.size <= Self.sizeLimit else {
            throw .badRequest("file is too big")
        }
        let file = entry.json
        file.set("file_path", JSON(try place(of: entry)))
        return file
    }

    private func place(of entry: Entry) throws(BotAPIError) -> String {
        guard let localDirectory else { return entry.path }
        switch entry.contents {
        case .file(let file): return file.resolvedPath
        case .bytes(let bytes):
            let path = "\(localDirectory)/\(entry.path.split(separator: "/").joined(separator: "_"))"
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
        case nil: throw .badRequest("wrong file_id or the file is temporarily unavailable")
        }
    }

    /// What is fetched from below `/file/bot<token>/`; nil where there is no such file.
    func served(_ path: String) -> ServedFile? {
        guard localDirectory == nil else { return nil }
        return entries.last { $0.path == path && $0.size <= Self.sizeLimit }?.contents.map(ServedFile.init)
    }

    // MARK: files in messages

    private static let kinds: Set<String> = [
        "photo", "document", "video", "audio", "voice", "animation", "video_note", "sticker",
    ]

    /// What kind of file a method sends, as its parameter is named; nil where it sends none.
    static func kind(of method: String) -> String? {
        kinds.first { "send" + $0.filter { $0 != "_" } == method.lowercased() }
    }

    /// What a message has of the file that a call sends: as it was uploaded with it, or stored before.
    ///
    /// - Returns: nil for what isn't known, such as a file to be fetched from elsewhere.
    mutating func object(
        _ kind: String, _ value: String, parameter: String, _ files: [ReceivedFile]
    ) throws(BotAPIError) -> JSON? {
        var entry = entries.first { $0.id == value }
        if let file = files.meant(by: value, parameter: parameter) {
            let number = entries.count + 1
            let suffix = file.name.lastIndex(of: ".").map { file.name[$0...] } ?? ""
            _ = add(
                file.size == file.bytes.count ? .bytes(file.bytes) : nil, size: file.size,
                path: "\(kind)s/file_\(number)\(suffix.contains("/") ? "" : suffix)", name: file.name)
            entry = entries.last
        } else if value.hasPrefix("attach://") {
            throw .badRequest("there is no \(kind.replacing("_", with: " ")) in the request")
        }
        guard let object = entry?.json, Self.kinds.contains(kind) else { return Optional.none }
        if kind == "photo" { return [object] }
        entry.map { object.set("file_name", JSON($0.name)) }
        return object
    }
}
