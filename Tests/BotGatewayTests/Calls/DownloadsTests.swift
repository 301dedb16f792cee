import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct DownloadsTests {
    /// A server with one file, what it does to each request, and what became of the downloads.
    private final class Test {
        let loop: EventLoop
        let server: HTTPServer
        let directory = TemporaryDirectory()
        let files: ChildFiles
        let log = LogLines()
        let downloads: Downloads
        /// Spoils a request in its place: true where it did.
        var spoil: (_ request: HTTPServer.Request, _ number: Int, HTTPServer.Responder) -> Bool = { _, _, _ in
            false
        }
        var contents = Array("0123456789".utf8)
        var filePath = "photos/file 1.jpg"
        private(set) var requests: [String] = []
        private(set) var results: [CallResult] = []
        private let client: HTTPClient

        init() throws {
            loop = try EventLoop()
            server = try HTTPServer(on: loop)
            client = HTTPClient(on: loop, connections: 8, userAgent: "test")
            files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
            let api = BotAPI(
                url: "http://127.0.0.1:\(server.port)", token: try BotToken("7:secret"), client: client,
                on: loop,
                log: log.logger)
            downloads = Downloads(api: api, files: files, patience: .seconds(5), on: loop, log: log.logger)
            server.onRequest = { [unowned self] in take($0, $1) }
        }

        isolated deinit { server.close() }

        private func take(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
            requests.append(request.path.split(separator: "/").last.map { "\($0) \(request.range)" } ?? "")
            if spoil(request, requests.count, responder) { return }
            if request.path.hasSuffix("/getFile") {
                let file: JSON = [
                    "file_id": "f", "file_size": JSON(contents.count), "file_path": JSON(filePath),
                ]
                return responder.answer(status: 200, body: (["ok": true, "result": file] as JSON).bytes)
            }
            guard request.path == "/file/bot7:secret/\(filePath)" else {
                return responder.answer(status: 404)
            }
            responder.answer(ServedFile(.bytes(contents)))
        }

        func refuse(_ code: Int, _ description: String, _ responder: HTTPServer.Responder) {
            let error: JSON = ["ok": false, "error_code": JSON(code), "description": JSON(description)]
            responder.answer(status: code, body: error.bytes)
        }

        func start(to path: String? = nil, for scope: Scope = .chat(42)) throws {
            let parameters: JSON = ["file_id": "f"]
            if let path { parameters.set("path", JSON(path)) }
            let call = try Call(type: Call.downloadType, parameters: parameters, id: "d", in: scope)
            downloads.perform(call, for: scope) { [unowned self] in results.append($0) }
        }

        /// Waits for the next result, while retries take no time.
        func result() -> CallResult? {
            let count = results.count
            _ = loop.hurry { results.count > count }
            return results.count > count ? results.last : nil
        }

        func path() -> String? {
            guard case .success(let file) = result() else { return nil }
            return file?["path"]?.string
        }

        func read(_ path: String?) -> String? {
            path.flatMap { try? InputFile($0) }.map { file in
                var bytes = [UInt8](repeating: 0, count: file.size)
                _ = bytes.withUnsafeMutableBytes { try? file.read(into: $0, at: 0) }
                return String(decoding: bytes, as: UTF8.self)
            }
        }

        var refusal: String? {
            if case .failure(let error) = result() { error.description } else { nil }
        }

        /// What lies below the test's directory.
        func names(_ path: String = "") -> [String] { directory.names(path) }
    }

    @Test func `a file comes to a place of its own`() throws {
        let test = try Test()
        try test.start()
        guard case .success(let file) = test.result() else { return #expect(Bool(false)) }
        #expect(file?["path"]?.string == "\(test.directory.path)/files/chat-42/1/file-1.jpg")
        #expect(file?["file_size"]?.integer == 10)
        #expect(test.read(file?["path"]?.string) == "0123456789")
    }

    @Test func `a file comes to the place that was asked for, in place of what was there`() throws {
        let test = try Test()
        let path = test.directory.write("cat.jpg", "old")
        try test.start(to: path)
        #expect(test.path() == path)
        #expect(test.read(path) == "0123456789")
        #expect(test.names() == ["cat.jpg"])
    }

    @Test func `an answer that can't be read isn't taken for a file that is too big`() throws {
        for body in ["<html>Sign in to this network</html>", "{\"ok\":true}", ""] {
            let test = try Test()
            test.spoil = { _, _, responder in
                responder.answer(status: 200, body: Array(body.utf8))
                return true
            }
            try test.start()
            #expect(test.refusal == "400 Bad Request: the answer to getFile can't be read")
        }
    }

    @Test func `while they are paused no download is begun`() throws {
        let test = try Test()
        test.downloads.isPaused = true
        try test.start()
        #expect(!test.loop.run(until: { !test.requests.isEmpty }, within: .milliseconds(20)))
        test.downloads.isPaused = false
        #expect(test.path() != nil)
    }

    @Test func `a download that breaks off goes on where it was`() throws {
        let test = try Test()
        test.spoil = { [unowned test] request, _, responder in
            guard request.path.hasPrefix("/file/"), request.range != "bytes=7-" else { return false }
            var file = ServedFile(.bytes(test.contents))
            file.breaksOffAfter = request.range.isEmpty ? 4 : 3
            responder.answer(file)
            return true
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests == ["getFile ", "file 1.jpg ", "file 1.jpg bytes=4-", "file 1.jpg bytes=7-"])
    }

    @Test func `what is there whole already is not asked for byte by byte`() throws {
        let test = try Test()
        // The server breaks off after the last byte, as one would that promises more.
        test.spoil = { [unowned test] request, number, responder in
            guard number == 2 else { return false }
            var longer = ServedFile(.bytes(test.contents + [0]))
            longer.breaksOffAfter = 10
            responder.answer(longer)
            return true
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests.suffix(2) == ["file 1.jpg bytes=10-", "file 1.jpg "])
    }

    @Test func `trouble at Telegram is waited out`() throws {
        let test = try Test()
        test.spoil = { [unowned test] _, number, responder in
            switch number {
            case 1, 5: responder.drop()
            case 2, 6: responder.answer(status: 502)
            case 3, 7:
                responder.answer(
                    status: 429,
                    body: Array(
                        #"{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":1}}"#
                            .utf8))
            case 8: test.refuse(401, "Unauthorized", responder)
            default: return false
            }
            return true
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
    }

    @Test func `a place that is gone is asked for once more`() throws {
        let test = try Test()
        test.spoil = { _, number, responder in
            if number == 2 { responder.answer(status: 404) }
            return number == 2
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests == ["getFile ", "file 1.jpg ", "getFile ", "file 1.jpg "])
    }

    @Test func `a server that gives no files says so`() throws {
        let test = try Test()
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/") { responder.answer(status: 404) }
            return request.path.hasPrefix("/file/")
        }
        try test.start()
        #expect(test.refusal?.contains("--local") == true)
        #expect(test.names("files/chat-42/1") == [])
    }

    @Test func `a file that is too big is refused in words`() throws {
        let test = try Test()
        test.spoil = { [unowned test] _, _, responder in
            test.refuse(400, "Bad Request: file is too big", responder)
            return true
        }
        try test.start()
        let words = try #require(test.refusal)
        #expect(words.hasPrefix("400 Bad Request: file is too big"))
        #expect(words.contains("20 MB"))
    }

    @Test func `a file without a path is one that is too big`() throws {
        let test = try Test()
        test.filePath = ""
        try test.start()
        #expect(test.refusal?.contains("20 MB") == true)
    }

    @Test func `what Telegram refuses is told as it says it`() throws {
        let test = try Test()
        test.spoil = { [unowned test] _, _, responder in
            test.refuse(400, "Bad Request: invalid file_id", responder)
            return true
        }
        try test.start()
        #expect(test.refusal == "400 Bad Request: invalid file_id")
    }

    @Test func `the absolute path of a local server is handed over as it is`() throws {
        let test = try Test()
        test.filePath = "/var/lib/bot/documents/file_1.pdf"
        try test.start(to: "/elsewhere")
        guard case .success(let file) = test.result() else { return #expect(Bool(false)) }
        #expect(file?["path"]?.string == "/var/lib/bot/documents/file_1.pdf")
        #expect(file?["file_size"]?.integer == 10)
        #expect(test.requests == ["getFile "])
    }

    @Test func `a place that can't be written to is refused by name`() throws {
        let test = try Test()
        try test.start(to: "\(test.directory.path)/no/such/folder.jpg")
        let words = try #require(test.refusal)
        #expect(words.contains("\(test.directory.path)/no/such/folder.jpg"))
        #expect(words.contains("No such file or directory"))
        mkdir("\(test.directory.path)/folder", 0o700)
        try test.start(to: "\(test.directory.path)/folder")
        #expect(test.refusal?.contains("folder") == true)
        #expect(test.names() == ["folder"])
    }

    @Test func `files go with their child, those with a place stay`() throws {
        let test = try Test()
        let path = "\(test.directory.path)/cat.jpg"
        try test.start(to: path)
        #expect(test.path() == path)
        try test.start()
        let own = try #require(test.path())
        test.downloads.childEnded(.chat(42))
        test.files.remove(test.files.take(of: .chat(42)), of: .chat(42))
        #expect(test.read(own) == nil)
        #expect(test.read(path) == "0123456789")
        #expect(test.names("files") == [])
    }

    @Test func `a download for a child that is gone ends, one to a place goes on`() throws {
        let test = try Test()
        var waiting: [HTTPServer.Responder] = []
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/"), waiting.count < 2 { waiting.append(responder) }
            return request.path.hasPrefix("/file/")
        }
        let path = "\(test.directory.path)/cat.jpg"
        try test.start()
        try test.start(to: path)
        #expect(test.loop.run(until: { waiting.count == 2 }, within: .seconds(5)))
        test.downloads.childEnded(.chat(42))
        #expect(test.results.count == 1)
        if case .failure(let error) = test.results[0] {
            #expect(error.description.contains("child has ended"))
        }
        test.spoil = { _, _, _ in false }
        waiting.forEach { $0.drop() }
        #expect(test.path() == path)
        #expect(test.read(path) == "0123456789")
    }

    @Test func `the token is in no word about it`() throws {
        let test = try Test()
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/") { responder.answer(status: 403) }
            return request.path.hasPrefix("/file/")
        }
        try test.start()
        let words = try #require(test.refusal)
        #expect(!words.contains("secret"))
        #expect(!test.log.lines.joined().contains("secret"))
    }
}
