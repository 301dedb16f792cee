import CSystem

/// Parses a multipart/form-data body as it arrives, independently of how it is split. It keeps only the texts and the
/// start of each file.
struct MultipartParser {
    /// Why a body is rejected, with the HTTP status for it.
    enum ParseError: Int {
        case malformed = 400
        /// A text over 1 MiB, more than 50 files, or more than 1,000 parts.
        case tooLong = 413
    }

    /// The maximum length of a text.
    static let textLimit = 1 << 20
    private static let headLimit = 16 << 10

    private enum State {
        case preamble, afterDelimiter, head, contents, end
    }

    private let delimiter: [UInt8]
    private let keptBytes: Int
    private var state = State.preamble
    /// Bytes that can't be parsed yet.
    private var pending: [UInt8]
    private(set) var parts: [ReceivedPart] = []
    private(set) var error: ParseError?

    /// Nil without a boundary.
    ///
    /// - Parameters:
    ///   - contentType: the request's Content-Type header.
    ///   - keptBytes: how many bytes of each file are kept.
    init?(contentType: String, keptBytes: Int = 1 << 20) {
        self.keptBytes = keptBytes
        guard let end = contentType.firstIndex(of: ";"),
            let boundary = HeaderParameters(contentType[end...])?["boundary"],
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // So that the first boundary matches `delimiter` too.
        pending = Array("\r\n".utf8)
    }

    static func isMultipart(_ contentType: String) -> Bool {
        contentType.lowercased().contains("multipart/form-data")
    }

    mutating func parse(_ piece: UnsafeRawBufferPointer) {
        guard error == nil, state != .end else { return }
        var buffer: [UInt8] = []
        swap(&buffer, &pending)
        buffer.append(contentsOf: piece)
        buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while step(&rest) {}
            pending.append(contentsOf: rest)
        }
    }

    /// Call once, at the end of the body.
    mutating func finish() {
        if state != .end, error == nil { error = .malformed }
    }

    /// - Returns: false if more bytes are needed, or at the end.
    private mutating func step(_ rest: inout Slice<UnsafeRawBufferPointer>) -> Bool {
        switch state {
        case .preamble, .contents:
            guard let count = Self.find(delimiter, in: rest) else {
                add(Self.takeFirst(max(0, rest.count - delimiter.count + 1), of: &rest))
                return false
            }
            add(Self.takeFirst(count, of: &rest))
            rest = rest.dropFirst(delimiter.count)
            state = .afterDelimiter
        case .afterDelimiter:
            guard rest.count >= 2 else { return false }
            if rest.starts(with: "--".utf8) {
                state = .end
                return false
            }
            guard rest.starts(with: "\r\n".utf8) else { return fail(.malformed) }
            state = .head
        case .head:
            guard let count = Self.find(Array("\r\n\r\n".utf8), in: rest.prefix(Self.headLimit)) else {
                return rest.count < Self.headLimit ? false : fail(.malformed)
            }
            let head = String(decoding: Self.takeFirst(count, of: &rest), as: UTF8.self)
            rest = rest.dropFirst(4)
            guard let part = ReceivedPart(head: head) else { return fail(.malformed) }
            parts.append(part)
            state = .contents
            guard parts.count <= 1000, parts.count(where: { $0.fileName != nil }) <= 50 else {
                return fail(.tooLong)
            }
        case .end:
            return false
        }
        return error == nil
    }

    private mutating func add(_ contents: UnsafeRawBufferPointer) {
        guard state == .contents, !parts.isEmpty else { return }
        parts[parts.count - 1].add(contents, keeping: keptBytes)
        let part = parts[parts.count - 1]
        if part.fileName == nil, part.size > Self.textLimit { error = .tooLong }
    }

    private mutating func fail(_ error: ParseError) -> Bool {
        self.error = error
        return false
    }

    private static func find(_ sought: [UInt8], in bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        let bytes = UnsafeRawBufferPointer(rebasing: bytes)
        let place = find_bytes(bytes.baseAddress, bytes.count, sought, sought.count)
        return place < 0 ? nil : place
    }

    private static func takeFirst(_ count: Int, of rest: inout Slice<UnsafeRawBufferPointer>)
        -> UnsafeRawBufferPointer
    {
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }
}
