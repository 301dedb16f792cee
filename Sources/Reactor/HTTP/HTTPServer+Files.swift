import CMicroHTTPD

extension HTTPServer.Responder {
    /// Responds with a file or the part requested by a Range header: 200, 206 or 416.
    package func respond(_ file: ServedFile) {
        let size = file.size
        let headers = [(name: "Content-Type", value: file.contentType)] + file.headers
        switch file.part(range) {
        case .whole:
            end(with: .responded(Response(status: 200, body: .file(file, 0..<size), headers: headers)))
        case .range(let range):
            let place = (
                name: "Content-Range", value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            )
            end(with: .responded(Response(status: 206, body: .file(file, range), headers: headers + [place])))
        case .unsatisfiable:
            respond(status: 416, headers: [(name: "Content-Range", value: "bytes */\(size)")])
        }
    }
}

/// A file being sent to a client; libmicrohttpd requests it piece by piece.
final class FileResponse {
    private let file: ServedFile
    private let range: Range<Int>

    init(_ file: ServedFile, _ range: Range<Int>) {
        (self.file, self.range) = (file, range)
    }

    /// libmicrohttpd's response, which retains this object.
    func response() -> OpaquePointer? {
        MHD_create_response_from_callback(
            UInt64(range.count), 1 << 16,
            { context, position, bytes, count in
                MainActor.assumeIsolated {
                    FileResponse.from(context).read(
                        into: UnsafeMutableRawBufferPointer(start: bytes, count: count), at: Int(position))
                }
            },
            Unmanaged.passRetained(self).toOpaque(),
            { context in MainActor.assumeIsolated { FileResponse.release(context) } })
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> FileResponse {
        guard let context else { preconditionFailure("libmicrohttpd lost its file") }
        return Unmanaged<FileResponse>.fromOpaque(context).takeUnretainedValue()
    }

    private static func release(_ context: UnsafeMutableRawPointer?) {
        context.map { Unmanaged<FileResponse>.fromOpaque($0).release() }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        let end = min(range.count, file.breaksOffAfter ?? range.count)
        guard position < end else { return mhd_break_off }
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(end - position))
        let count = file.read(into: piece, at: range.lowerBound + position)
        // 0 means that the file became shorter.
        return count > 0 ? count : mhd_break_off
    }
}
