import TestSupport

@testable import Reactor

extension Reader {
    /// A form is the same however it comes, and reads the same when it is written again.
    nonisolated static let forms = Reader(
        "forms",
        samples: [
            "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--b--\r\n",
            "--b\r\ncontent-disposition:form-data; name=a; filename=\"\\\"%41\"\r\n"
                + "Content-Type: image/png\r\n\r\n\r\n--\r\n\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"к\"\r\n\r\n\r\n--b--",
            "x\r\n--b\r\nX: y\r\nContent-Disposition: form-data; x=y; name=%22\r\n\r\n--b\r\n--b--x",
        ]
    ) { bytes in
        var chance = SeededRandom(of: bytes)
        let whole = parse([bytes[...]])
        let cut = parse(bytes.cut(by: &chance))
        guard whole.parts == cut.parts, whole.error == cut.error else {
            return .fault("cut into pieces it is another form")
        }
        guard whole.error == nil else { return .refused }
        let again = parse([written(whole.parts)[...]])
        guard again.error == nil, again.parts == whole.parts else {
            return .fault("written again it is another form: \(whole.parts)")
        }
        return .read
    }

    private static func parse(_ pieces: [ArraySlice<UInt8>]) -> (
        parts: [ReceivedPart], error: MultipartParser.ParseError?
    ) {
        guard var parser = MultipartParser(contentType: "multipart/form-data; boundary=b") else {
            return ([], .malformed)
        }
        for piece in pieces { piece.withUnsafeBytes { parser.parse($0) } }
        parser.finish()
        return (parser.parts, parser.error)
    }

    private static func written(_ parts: [ReceivedPart]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += "--b\r\nContent-Disposition: form-data; name=\"\(OutgoingForm.escaped(part.name))\"".utf8
            if let name = part.fileName { body += "; filename=\"\(OutgoingForm.escaped(name))\"".utf8 }
            body += "\r\nContent-Type: \(part.contentType)\r\n\r\n".utf8 + part.bytes + "\r\n".utf8
        }
        return body + "--b--".utf8
    }
}
