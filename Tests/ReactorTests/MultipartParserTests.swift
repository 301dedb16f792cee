import TestSupport
import Testing

@testable import Reactor

@Suite struct MultipartParserTests {
    private let type = "multipart/form-data; boundary=x-1"

    private func parse(_ pieces: [ArraySlice<UInt8>], type: String) -> MultipartParser? {
        guard var parser = MultipartParser(contentType: type) else { return nil }
        for piece in pieces { piece.withUnsafeBytes { parser.parse($0) } }
        parser.finish()
        return parser
    }

    private func parse(_ body: String) -> MultipartParser? { parse([Array(body.utf8)[...]], type: type) }

    private let body =
        "--x-1\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--x-1\r\n"
        + "content-disposition: form-data; name=photo; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
        + "\r\n--x-\r\n--x\r\n-1\r\n--x-1--\r\nwhatever"

    @Test func `a part with a file name is a file, any other a text`() throws {
        let parser = try #require(parse(body))
        #expect(parser.error == nil)
        #expect(
            parser.parts == [
                ReceivedPart(name: "chat_id", bytes: Array("42".utf8)),
                ReceivedPart(
                    name: "photo", fileName: "a.png", contentType: "image/png",
                    bytes: Array("\r\n--x-\r\n--x\r\n-1".utf8)),
            ])
    }

    @Test func `parts are the same wherever the body is split`() throws {
        let bytes = Array(body.utf8)
        let whole = try #require(parse(body)).parts
        for cut in 0...bytes.count {
            let parser = try #require(parse([bytes[..<cut], bytes[cut...]], type: type))
            #expect(parser.parts == whole, "\(cut)")
            #expect(parser.error == nil)
        }
        #expect(parse(bytes.indices.map { bytes[$0...$0] }, type: type)?.parts == whole)
    }

    @Test func `a body without its end is refused`() throws {
        let bytes = Array(body.utf8)
        let end = try #require(body.firstRange(of: "--x-1--")).lowerBound.utf16Offset(in: body) + 7
        for cut in 0..<end { #expect(parse([bytes[..<cut]], type: type)?.error == .malformed, "\(cut)") }
    }

    @Test(arguments: [
        "", "--x-1", "--x-1x", "--x-1\r\n\r\n\r\n--x-1--", "--x-1\r\nX\r\n\r\n\r\n--x-1--",
        "--x-1\r\nContent-Disposition: form-data\r\n\r\n\r\n--x-1--",
        "--x-1\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--x-1--",
        "--x-1\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--x-1--",
        "--x-1\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n\r\n--x-1--",
    ])
    func `a malformed form is refused`(_ body: String) {
        #expect(parse(body)?.error == .malformed)
    }

    @Test func `names are unescaped and percent-decoded`() {
        let parser = parse(
            #"--x-1\#r\#nContent-Disposition: form-data; name="a\"\\%22"; filename="к%0A;%25%zz%4""#
                + "\r\n\r\n\r\n--x-1--")
        #expect(parser?.parts.first?.name == #"a"\""#)
        #expect(parser?.parts.first?.fileName == "к\n;%%zz%4")
    }

    @Test func `a boundary may be quoted and has at most 70 characters`() {
        #expect(parse([Array("--a b--".utf8)[...]], type: "Multipart/Form-Data; boundary=\"a b\"") != nil)
        #expect(MultipartParser(contentType: "multipart/form-data") == nil)
        #expect(MultipartParser(contentType: "multipart/form-data; boundary=") == nil)
        #expect(MultipartParser(contentType: "multipart/form-data; boundary=\"a") == nil)
        let long = String(repeating: "x", count: 71)
        #expect(MultipartParser(contentType: "multipart/form-data; boundary=\(long)") == nil)
    }

    @Test func `a long file is truncated, but its size and checksum cover all of it`() throws {
        let head = "--x-1\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"
        let bytes = [UInt8](repeating: 7, count: 3_000_000)
        let pieces = [Array(head.utf8)[...], bytes[..<1_000_000], bytes[1_000_000...]]
        let parser = try #require(parse(pieces + [Array("\r\n--x-1--".utf8)[...]], type: type))
        let part = try #require(parser.parts.first)
        #expect(parser.error == nil)
        #expect(part.bytes.count == 1 << 20)
        #expect(part.size == 3_000_000)
        #expect(part.checksum == Checksum(of: bytes))
    }

    @Test func `an overlong text is refused, and so are too many files`() throws {
        let head = "--x-1\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n"
        let text = head + String(repeating: "x", count: (1 << 20) + 1) + "\r\n--x-1--"
        #expect(parse(text)?.error == .tooLong)
        let file = "--x-1\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n\r\n"
        #expect(parse(String(repeating: file, count: 50) + "--x-1--")?.error == nil)
        #expect(parse(String(repeating: file, count: 51) + "--x-1--")?.error == .tooLong)
    }
}
