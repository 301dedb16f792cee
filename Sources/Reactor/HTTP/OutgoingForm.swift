import CCurl
import Glibc

/// A multipart/form-data body being sent; its files are read when libcurl asks for more.
@MainActor final class OutgoingForm {
    /// libcurl's representation of the form.
    let mime: OpaquePointer
    private var files: [FilePart] = []

    init(_ parts: [HTTPClient.Part], for handle: UnsafeMutableRawPointer) {
        guard let mime = curl_mime_init(handle) else { preconditionFailure("libcurl is out of memory") }
        self.mime = mime
        for part in parts { add(part) }
    }

    isolated deinit { curl_mime_free(mime) }

    /// Why a file couldn't be read completely.
    var error: String? { files.lazy.compactMap(\.error).first }

    /// Whether every file has been read to its end at least once: the whole form may have been sent.
    var wasReadWhole: Bool { files.allSatisfy(\.wasReadWhole) }

    private func add(_ part: HTTPClient.Part) {
        let place = curl_mime_addpart(mime)
        curl_mime_name(place, Self.escaped(part.name))
        switch part.content {
        case .text(let bytes):
            // libcurl copies the bytes.
            bytes.withUnsafeBytes { bytes in
                // An empty array may have no address, and libcurl drops a part without data.
                let start = bytes.baseAddress ?? UnsafeRawPointer(Self.empty)
                _ = curl_mime_data(place, start.assumingMemoryBound(to: CChar.self), bytes.count)
            }
        case .file(let input, let name):
            let file = FilePart(input)
            files.append(file)
            curl_mime_filename(place, Self.escaped(name))
            curl_mime_type(place, "application/octet-stream")
            curl_mime_data_cb(
                place, curl_off_t(input.size),
                { bytes, size, count, context in
                    MainActor.assumeIsolated {
                        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
                        return FilePart.from(context).read(into: buffer)
                    }
                },
                { context, offset, origin in
                    MainActor.assumeIsolated { FilePart.from(context).seek(to: Int(offset), from: origin) }
                }, nil, Unmanaged.passUnretained(file).toOpaque())
        }
    }

    private static let empty: UnsafeMutablePointer<CChar> = {
        let empty = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        empty.pointee = 0
        return empty
    }()

    /// Percent-encodes a part's or a file's name for a quoted header value. The Bot API server decodes it. libcurl
    /// versions escape differently, so nothing is left for libcurl to escape.
    static func escaped(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = name.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case 0..<0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "%"):
                [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: [byte]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A file in a form, and libcurl's position in it.
private final class FilePart {
    private let file: InputFile
    private var position = 0
    private(set) var wasReadWhole: Bool
    private(set) var error: String?

    init(_ file: InputFile) {
        self.file = file
        wasReadWhole = file.size == 0
    }

    static func from(_ context: UnsafeMutableRawPointer?) -> FilePart {
        guard let context else { preconditionFailure("libcurl lost its file") }
        return Unmanaged<FilePart>.fromOpaque(context).takeUnretainedValue()
    }

    /// Reads no more than the file's size when it was opened, because that size was announced.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let left = file.size - position
        guard left > 0, buffer.count > 0 else { return 0 }
        do throws(SystemError) {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(left))
            let count = try file.read(into: piece, at: position)
            guard count > 0 else {
                return fail(
                    "\(file.path): became shorter while it was sent: \(position) bytes of \(file.size)")
            }
            position += count
            wasReadWhole = wasReadWhole || position == file.size
            return count
        } catch {
            return fail(error.description)
        }
    }

    private func fail(_ words: String) -> Int {
        error = words
        return Int(CURL_READFUNC_ABORT)
    }

    func seek(to offset: Int, from origin: Int32) -> Int32 {
        guard origin == SEEK_SET, (0...file.size).contains(offset) else { return Int32(CURL_SEEKFUNC_FAIL) }
        position = offset
        return Int32(CURL_SEEKFUNC_OK)
    }
}
