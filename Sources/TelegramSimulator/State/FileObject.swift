import JSON

/// A file's object in a message. Properties beside the id and size come from the call, or are plausible defaults.
struct FileObject {
    let kind: String
    /// Empty if it is unknown.
    let name: String
    let pixels: ImageSize?
    /// The parameters of the call that sent the file.
    let arguments: Arguments

    /// - Parameter common: the properties of all kinds of files.
    /// - Returns: an object of the kind's type; an array for a photo.
    func json(_ common: JSON) -> JSON {
        var file = common
        switch kind {
        case "photo":
            addSize(ImageSize(width: 800, height: 600), to: &file)
            return [file]
        case "video", "animation":
            addSize(ImageSize(width: 640, height: 360), to: &file)
            addDuration(to: &file)
            addName(to: &file, type: "video/mp4")
        case "video_note":
            file.set("length", JSON(arguments.integer("length") ?? 240))
            addDuration(to: &file)
        case "sticker":
            file.set("type", "regular")
            addSize(ImageSize(width: 512, height: 512), to: &file)
            file.set("is_animated", JSON(name.hasSuffix(".tgs")))
            file.set("is_video", JSON(name.hasSuffix(".webm")))
        case "audio":
            addDuration(to: &file)
            for key in ["performer", "title"] where !arguments.text(key).isEmpty {
                file.set(key, JSON(arguments.text(key)))
            }
            addName(to: &file, type: "audio/mpeg")
        case "voice":
            addDuration(to: &file)
            file.set("mime_type", "audio/ogg")
        default:
            addName(to: &file, type: "application/octet-stream")
        }
        return file
    }

    private func addSize(_ plausible: ImageSize, to file: inout JSON) {
        let size = pixels ?? plausible
        file.set("width", JSON(arguments.integer("width") ?? Int64(size.width)))
        file.set("height", JSON(arguments.integer("height") ?? Int64(size.height)))
    }

    private func addDuration(to file: inout JSON) {
        file.set("duration", JSON(arguments.integer("duration") ?? 1))
    }

    /// - Parameter type: the default MIME type, for names with an unknown extension.
    private func addName(to file: inout JSON, type: String) {
        if !name.isEmpty { file.set("file_name", JSON(name)) }
        let suffix = name.split(separator: ".").dropFirst().last?.lowercased() ?? ""
        file.set("mime_type", JSON(Self.types[suffix] ?? type))
    }

    private static let types = [
        "txt": "text/plain", "md": "text/markdown", "csv": "text/csv", "html": "text/html",
        "json": "application/json",
        "pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "png": "image/png",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
        "svg": "image/svg+xml",
        "mp3": "audio/mpeg", "ogg": "audio/ogg", "wav": "audio/x-wav", "m4a": "audio/mp4", "mp4": "video/mp4",
        "webm": "video/webm", "mov": "video/quicktime", "py": "text/x-python", "js": "text/javascript",
    ]
}
