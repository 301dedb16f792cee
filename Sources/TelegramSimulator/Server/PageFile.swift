import CPage
import Reactor

/// A file of the web page.
struct PageFile {
    fileprivate let type: String
    fileprivate let bytes: [UInt8]

    /// Nil if no file of the page has this path.
    init?(_ path: String) {
        guard let file = page_file(path)?.pointee else { return nil }
        type = String(cString: file.type)
        bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }

    /// The page runs only its own scripts. A bot's text can't become markup, even if the page's script had a bug.
    fileprivate static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
        connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'
        """
}

extension HTTPServer.Responder {
    func respond(_ file: PageFile) {
        respond(
            status: 200, contentType: file.type, body: file.bytes,
            headers: [
                ("Content-Security-Policy", PageFile.policy), ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
                ("Permissions-Policy", "camera=(), geolocation=(), microphone=(self)"),
            ])
    }

    /// Responds with a file that a user or the bot sent. Only known pictures, sound and video have their own type, told
    /// by their first bytes; a browser saves everything else, such as SVG or HTML, and runs no script in it.
    func respond(_ contents: ServedFile.Contents) {
        var file = ServedFile(contents)
        let media = MediaType(startOf: file)
        file.contentType = media?.name ?? "application/octet-stream"
        file.headers = [
            ("Content-Security-Policy", "sandbox; default-src 'none'"), ("X-Content-Type-Options", "nosniff"),
            ("Content-Disposition", media == nil ? "attachment" : "inline"),
        ]
        respond(file)
    }
}

/// The type of a picture, sound or video that every browser shows.
struct MediaType {
    let name: String

    init?(startOf file: ServedFile) {
        var start = [UInt8](repeating: 0, count: 12)
        let count = start.withUnsafeMutableBytes { file.read(into: $0, at: 0) }
        let head = start.prefix(count)
        guard let known = Self.known.first(where: { head.dropFirst($0.offset).starts(with: $0.bytes) }) else {
            return nil
        }
        let formats = ["WEBP": "image/webp", "WAVE": "audio/wav"]
        let format =
            known.name == "riff" ? formats[String(decoding: head.dropFirst(8), as: UTF8.self)] : known.name
        guard let format else { return nil }
        name = format
    }

    private static let known: [(name: String, offset: Int, bytes: [UInt8])] = [
        ("image/png", 0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("image/jpeg", 0, [0xFF, 0xD8, 0xFF]),
        ("image/gif", 0, Array("GIF8".utf8)), ("riff", 0, Array("RIFF".utf8)),
        ("audio/ogg", 0, Array("OggS".utf8)), ("audio/mpeg", 0, Array("ID3".utf8)),
        ("audio/mpeg", 0, [0xFF, 0xFB]), ("video/mp4", 4, Array("ftyp".utf8)),
        ("video/webm", 0, [0x1A, 0x45, 0xDF, 0xA3]),
    ]
}
