import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct HTTPServerFileTests {
    private func upload(_ test: HTTPTest, _ file: InputFile) -> HTTPAnswer {
        test.send(
            .form([
                HTTPClient.Part("чат \"1\"", .text(Array("ö".utf8))),
                HTTPClient.Part("doc", .file(file, name: "a\"\r\n%41\\.bin")),
            ]))
    }

    @Test func `a form arrives as its parts, however long its files are`() throws {
        let test = try TestRig().http()
        let bytes = String(repeating: "0123456789", count: 600_000)
        let file = try InputFile(test.files.write("f", bytes))
        let answer = upload(test, file)
        #expect(test.settle([answer]))
        #expect(answer.status == 200)
        let request = try #require(test.requests.first)
        #expect(request.body == [])
        #expect(request.parts.map(\.name) == ["чат \"1\"", "doc"])
        #expect(request.parts[0].bytes == Array("ö".utf8))
        #expect(request.parts[1].fileName == "a\"\r\n%41\\.bin")
        #expect(request.parts[1].size == 6_000_000)
        #expect(request.parts[1].checksum == Checksum(of: Array(bytes.utf8)))
    }

    @Test func `a malformed form is refused with an empty answer`() throws {
        let test = try TestRig().http()
        let raw = test.raw(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data\r\nContent-Length: 1\r\n\r\nx")
        #expect(raw.hasPrefix("HTTP/1.1 400 "))
        #expect(raw.hasSuffix("\r\n\r\n"))
        #expect(test.requests.isEmpty)
    }

    @Test func `a server may close the connection in the middle of a body`() throws {
        let test = try TestRig().http()
        test.server.breaksOffAfter = { $0.path == "/" ? 100_000 : nil }
        let answer = upload(
            test, try InputFile(test.files.write("f", String(repeating: "x", count: 10_000_000))))
        #expect(test.settle([answer]))
        #expect(answer.failure?.requestWentOut == false)
        #expect(test.requests.isEmpty)
    }

    @Test func `a file is sent whole, from any offset, or not at all`() throws {
        let test = try TestRig().http()
        let file = try InputFile(test.files.write("f", "0123456789"))
        for contents in [ServedFile.Contents.file(file), .bytes(Array("0123456789".utf8))] {
            test.respond = { $1.respond(ServedFile(contents)) }
            let output = try OutputFile(creating: "\(test.files.path)/out")
            defer { unlink(output.path) }
            let whole = test.send(.none) { $0.destination = output }
            #expect(test.settle([whole]))
            #expect(whole.status == 200)
            #expect(test.files.read("out") == "0123456789")
            try output.truncate(to: 4)
            let part = test.send(.none) { ($0.destination, $0.offset) = (output, 4) }
            #expect(test.settle([part]))
            #expect(part.status == 206)
            #expect(part.response?.received == 6)
            #expect(test.files.read("out") == "0123456789")
            let none = test.send(.none) { $0.offset = 10 }
            #expect(test.settle([none]))
            #expect(none.status == 416)
        }
    }

    @Test func `a file of several megabytes arrives unchanged, or breaks off on request`() throws {
        let test = try TestRig().http()
        let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var file = ServedFile(.bytes(bytes))
        test.respond = { $1.respond(file) }
        let output = try OutputFile(creating: "\(test.files.path)/out")
        file.breaksOffAfter = 700_000
        let broken = test.send(.none) { $0.destination = output }
        #expect(test.settle([broken]))
        #expect(broken.failure?.requestWentOut == true)
        #expect(output.count == 700_000)
        file.breaksOffAfter = nil
        let rest = test.send(.none) { ($0.destination, $0.offset) = (output, output.count) }
        #expect(test.settle([rest]))
        #expect((test.files.bytes("out") == bytes) as Bool)
    }

    @Test func `ranges are parsed as in RFC 9110`() {
        let file = ServedFile(.bytes([UInt8](repeating: 0, count: 10)))
        #expect(file.part("bytes=0-") == .range(0..<10))
        #expect(file.part("Bytes=3-4") == .range(3..<5))
        #expect(file.part("bytes=3-99") == .range(3..<10))
        #expect(file.part("bytes=-3") == .range(7..<10))
        #expect(file.part("bytes=-30") == .range(0..<10))
        #expect(file.part("bytes=10-") == .unsatisfiable)
        #expect(file.part("bytes=-0") == .unsatisfiable)
        for header in [
            "", "bytes=", "bytes=-", "bytes=4-3", "bytes=1-2,4-5", "lines=1-", "bytes=x-",
            "bytes=3-99999999999999999999",
        ] {
            #expect(file.part(header) == .whole, "\(header)")
        }
    }
}
