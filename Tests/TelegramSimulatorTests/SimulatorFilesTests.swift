import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct SimulatorFilesTests {
    private let directory = TemporaryDirectory()

    private func form(_ texts: [(String, String)], _ files: [(String, String)] = []) throws
        -> HTTPClient.Body
    {
        .form(
            try texts.map { HTTPClient.Part($0.0, .text(Array($0.1.utf8))) }
                + files.map { part, contents in
                    let file = try InputFile(directory.write(part, contents))
                    return HTTPClient.Part(part, .file(file, name: "\(part).png"))
                })
    }

    /// Fetches a file by its path from getFile.
    private func fetch(_ test: SimulatorTest, _ path: String, from offset: Int = 0) -> HTTPAnswer {
        var request = HTTPClient.Request(
            url: "\(test.server.url)/file/bot7:secret/\(path)", timeout: .seconds(5))
        request.offset = offset
        return test.settled(test.send(request))
    }

    @Test func `a form's texts become parameters, and its files the call's files`() throws {
        let test = try TestRig().simulatorClient()
        let body = try form([("chat_id", "42"), ("caption", "кот")], [("photo", "12345")])
        let answer = test.settled(test.send("sendPhoto", body))
        #expect(answer.status == 200)
        let call = try #require(test.server.calls.first)
        #expect(call.parameters == ["chat_id": "42", "caption": "кот"])
        #expect(call.files.map(\.name) == ["photo.png"])
        let file = try #require(call.file("photo"))
        #expect(file.bytes == Array("12345".utf8))
        #expect(file.size == 5)
        #expect(file.checksum == Checksum(of: file.bytes))
        #expect(call.file("document") == nil)
    }

    @Test func `an uploaded file is in the message, and can be fetched and sent again by its id`() throws {
        let test = try TestRig().simulatorClient()
        let body = try form([("chat_id", "42"), ("document", "attach://x")], [("x", "12345")])
        let answer = test.settled(test.send("sendDocument", body))
        #expect(test.server.calls[0].file("document")?.part == "x")
        let document = try #require(answer.json?["result"]?["document"])
        #expect(document["file_name"] == "x.png")
        #expect(document["file_size"] == 5)
        let id = try #require(document["file_id"])
        let path = test.call("getFile", ["file_id": id]).json?["result"]?["file_path"]?.string
        #expect(path == "documents/file_1.png")
        #expect(fetch(test, path ?? "").text == "12345")

        let photo = test.call("sendPhoto", ["chat_id": 42, "photo": id]).json?["result"]?["photo"]
        #expect(photo?[0]?["file_id"] == id)
    }

    @Test func `each item of an album has its own file`() throws {
        let test = try TestRig().simulatorClient()
        let media =
            #"[{"type":"photo","media":"attach://a"},{"type":"video","media":"attach://b","caption":"x"}]"#
        let body = try form([("chat_id", "42"), ("media", media)], [("a", "1"), ("b", "22")])
        let messages = test.settled(test.send("sendMediaGroup", body)).json?["result"]
        #expect(messages?[0]?["photo"]?[0]?["file_size"] == 1)
        #expect(messages?[1]?["video"]?["file_size"] == 2)
        #expect(messages?[1]?["caption"] == "x")
    }

    @Test func `a call that names a missing file is refused`() throws {
        let test = try TestRig().simulatorClient()
        let answer = test.call("sendVideoNote", ["chat_id": 42, "video_note": "attach://x"])
        #expect(answer.json?["description"] == "Bad Request: there is no video note in the request")
        #expect(test.call("sendPhoto", ["chat_id": 42, "photo": "https://example.org/x"]).status == 200)
    }

    @Test func `getFile finds added files and refuses those over the size limit`() throws {
        let test = try TestRig().simulatorClient()
        let id = test.server.addFile(Array("hello".utf8), path: "photos/file_7.jpg")
        let file = try #require(test.call("getFile", ["file_id": JSON(id)]).json?["result"])
        #expect(file["file_path"] == "photos/file_7.jpg")
        #expect(file["file_size"] == 5)
        #expect(file["file_id"] == JSON(id))
        #expect(file["file_unique_id"]?.string?.isEmpty == false)
        #expect(
            test.call("getFile", ["file_id": "x"]).text
                == #"{"ok":false,"error_code":400,"description":"Bad Request: invalid file_id"}"#)

        let big = test.server.addFile([UInt8](repeating: 0, count: 20 << 20 + 1), path: "big")
        let refusal = test.call("getFile", ["file_id": JSON(big)])
        #expect(refusal.json?["description"] == "Bad Request: file is too big")
        test.server.localDirectory = directory.path
        #expect(test.call("getFile", ["file_id": JSON(big)]).status == 200)
    }

    @Test func `a file is fetched whole or from any offset, with the right token`() throws {
        let test = try TestRig().simulatorClient()
        _ = test.server.addFile(Array("0123456789".utf8), path: "a b/ö%41.jpg")
        #expect(fetch(test, "a%20b/%C3%B6%2541.jpg").text == "0123456789")
        let rest = fetch(test, "a%20b/%C3%B6%2541.jpg", from: 7)
        #expect(rest.status == 206)
        #expect(rest.text == "789")
        #expect(fetch(test, "a%20b/%C3%B6%2541.jpg", from: 10).status == 416)
        #expect(fetch(test, "other").status == 404)
        #expect(test.server.downloads.map(\.range) == ["", "bytes=7-", "bytes=10-", ""])
        let other = HTTPClient.Request(url: "\(test.server.url)/file/bot7:x/other", timeout: .seconds(5))
        #expect(
            test.settled(test.send(other)).text
                == #"{"ok":false,"error_code":404,"description":"Not Found"}"#)
    }

    @Test func `a local server returns the file's path on disk and serves no downloads`() throws {
        let test = try TestRig().simulatorClient()
        test.server.localDirectory = directory.path
        let id = test.server.addFile(Array("hello".utf8), path: "photos/file_7.jpg")
        let onDisk = test.server.addFile(try InputFile(directory.write("real", "1")), path: "x")
        for _ in 0..<2 {
            let path = test.call("getFile", ["file_id": JSON(id)]).json?["result"]?["file_path"]?.string
            #expect(path == "\(directory.path)/photos_file_7.jpg")
            #expect(directory.read("photos_file_7.jpg") == "hello")
        }
        let path = test.call("getFile", ["file_id": JSON(onDisk)]).json?["result"]?["file_path"]?.string
        #expect(path == "\(directory.path)/real")
        #expect(fetch(test, "photos/file_7.jpg").status == 404)
    }

    @Test func `a download fails with the given faults`() throws {
        let test = try TestRig().simulatorClient()
        _ = test.server.addFile(Array("0123456789".utf8), path: "f")
        test.server.fail(method: "file", with: .closeAfterBytes(4))
        test.server.fail(method: "file", with: .html(502))
        test.server.fail(method: "file", with: .closeBefore)
        test.server.fail(method: "file", with: .delay(.milliseconds(20)))
        #expect(fetch(test, "f").failure?.requestWentOut == true)
        #expect(fetch(test, "f").status == 502)
        #expect(fetch(test, "f").failure != nil)
        let start = Instant.current
        #expect(fetch(test, "f").text == "0123456789")
        #expect(Instant.current - start >= .milliseconds(20))
        test.server.fail(method: "file", with: .hang)
        var request = HTTPClient.Request(url: "\(test.server.url)/file/bot7:secret/f", timeout: .seconds(5))
        request.stallTimeout = .milliseconds(100)
        #expect(test.settled(test.send(request)).failure?.reason == "no data was transferred for 0.1s")
        #expect(test.server.downloads.count == 5)
        #expect(fetch(test, "f").status == 200)
    }

    @Test func `an upload can break off in its middle, and the call never arrives`() throws {
        let test = try TestRig().simulatorClient()
        let contents = String(repeating: "x", count: 10_000_000)
        let body = try form([("chat_id", "42")], [("photo", contents)])
        test.server.fail(method: "sendPhoto", with: .closeAfterBytes(100_000))
        let broken = test.settled(test.send("sendPhoto", body))
        #expect(broken.failure?.requestWentOut == false)
        #expect(test.server.calls.isEmpty)
        let answer = test.settled(test.send("sendPhoto", body))
        #expect(answer.status == 200)
        #expect(test.server.calls[0].file("photo")?.size == 10_000_000)
        #expect(answer.json?["result"]?["message_id"] == 1)
    }
}
