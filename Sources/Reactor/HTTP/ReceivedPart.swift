/// A field of a received form: a file if it has a file name, otherwise a text.
package struct ReceivedPart: Equatable {
    package var name: String
    /// Nil for a text.
    package fileprivate(set) var fileName: String?
    /// As sent by the client; empty without one.
    package var contentType: String
    /// A text, or the start of a file: by default its first 1 MiB.
    package fileprivate(set) var bytes: [UInt8] = []
    /// The number of bytes received; `checksum` covers them all.
    package fileprivate(set) var size = 0
    package fileprivate(set) var checksum = Checksum()

    /// - Parameter bytes: the complete contents.
    package init(name: String, fileName: String? = nil, contentType: String = "", bytes: [UInt8] = []) {
        (self.name, self.fileName, self.contentType) = (name, fileName, contentType)
        bytes.withUnsafeBytes { add($0, keeping: bytes.count) }
    }

    mutating func add(_ piece: UnsafeRawBufferPointer, keeping limit: Int) {
        bytes.append(contentsOf: piece.prefix(max(limit, MultipartParser.textLimit) - bytes.count))
        size += piece.count
        checksum.add(piece)
    }

    /// Parses a part's headers as the Bot API server does; nil without a name.
    init?(head: String) {
        var disposition: String?
        contentType = ""
        for line in head.split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch line[..<colon].lowercased() {
            case "content-disposition": disposition = String(value)
            case "content-type": contentType = String(value)
            default: break
            }
        }
        guard let disposition, disposition.lowercased().hasPrefix("form-data;"),
            let parameters = HeaderParameters(disposition.dropFirst("form-data;".count)),
            let name = parameters["name"]
        else { return nil }
        self.name = PercentEncoding.decode(name)
        fileName = parameters["filename"].map(PercentEncoding.decode)
    }
}

/// The parameters after a header's value: `; name="value"; name=value`.
struct HeaderParameters {
    private var values: [String: String] = [:]

    /// Nil if a quoted string isn't closed.
    init?(_ text: Substring) {
        var rest = text.unicodeScalars
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals]).filter { !" \t;".contains($0) }.lowercased()
            rest = rest[rest.index(after: equals)...]
            var value = String.UnicodeScalarView()
            if rest.first == "\"" {
                rest.removeFirst()
                while true {
                    guard var next = rest.popFirst() else { return nil }
                    if next == "\"" { break }
                    if next == "\\" {
                        guard let escaped = rest.popFirst() else { return nil }
                        next = escaped
                    }
                    value.append(next)
                }
            } else {
                value.append(contentsOf: rest.prefix { $0 != ";" && $0 != " " })
                rest = rest.dropFirst(value.count)
            }
            if values[name] == nil { values[name] = String(value) }
        }
    }

    subscript(name: String) -> String? { values[name] }
}
