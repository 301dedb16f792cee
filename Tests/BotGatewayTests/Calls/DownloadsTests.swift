import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

@Suite struct DownloadsTests {
    @Test func `a file is downloaded to a temporary path`() throws {
        let test = try TestRig().downloads()
        try test.start()
        guard case .success(let file) = test.result() else { return #expect(Bool(false)) }
        #expect(file?["path"]?.string == "\(test.files.path)/files/chat-42/1/file-1.jpg")
        #expect(file?["file_size"]?.integer == 10)
        #expect(test.read(file?["path"]?.string) == "0123456789")
    }

    @Test func `a file is downloaded to the given path and replaces an existing file`() throws {
        let test = try TestRig().downloads()
        let path = test.files.write("cat.jpg", "old")
        try test.start(to: path)
        #expect(test.path() == path)
        #expect(test.read(path) == "0123456789")
        #expect(test.names() == ["cat.jpg"])
    }

    @Test func `an answer without a result isn't taken for a file that is too big`() throws {
        let test = try TestRig().downloads()
        test.spoil = { _, _, responder in
            responder.respond(status: 200, body: Array("{\"ok\":true}".utf8))
            return true
        }
        try test.start()
        #expect(test.refusal == "400 Bad Request: the answer to getFile can't be read")
    }

    @Test func `an answer of something else than the Bot API is no answer: getFile is called again`() throws {
        for body in ["<html>Sign in to this network</html>", "", "[]"] {
            let test = try TestRig().downloads()
            var pages = 2
            test.spoil = { _, _, responder in
                guard pages > 0 else { return false }
                pages -= 1
                responder.respond(status: 200, body: Array(body.utf8))
                return true
            }
            try test.start()
            #expect(test.read(test.path() ?? "") == "0123456789")
        }
    }

    @Test func `no download starts while downloads are paused`() throws {
        let test = try TestRig().downloads()
        test.downloads.isPaused = true
        try test.start()
        #expect(!test.wait(within: .milliseconds(20)) { !test.requests.isEmpty })
        test.downloads.isPaused = false
        #expect(test.path() != nil)
    }

    @Test func `an interrupted download resumes where it stopped`() throws {
        let test = try TestRig().downloads()
        test.spoil = { [unowned test] request, _, responder in
            guard request.path.hasPrefix("/file/"), request.range != "bytes=7-" else { return false }
            var file = ServedFile(.bytes(test.contents))
            file.breaksOffAfter = request.range.isEmpty ? 4 : 3
            responder.respond(file)
            return true
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests == ["getFile ", "file 1.jpg ", "file 1.jpg bytes=4-", "file 1.jpg bytes=7-"])
    }

    @Test func `a complete part without its end is downloaded again as a whole`() throws {
        let test = try TestRig().downloads()
        // The server breaks off after the last byte, like one that announces a longer file.
        test.spoil = { [unowned test] request, number, responder in
            guard number == 2 else { return false }
            var longer = ServedFile(.bytes(test.contents + [0]))
            longer.breaksOffAfter = 10
            responder.respond(longer)
            return true
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests.suffix(2) == ["file 1.jpg bytes=10-", "file 1.jpg "])
    }

    @Test func `Telegram's errors are retried`() throws {
        let test = try TestRig().downloads()
        test.spoil = { [unowned test] _, number, responder in
            switch number {
            case 1, 5: responder.drop()
            case 2, 6: responder.respond(status: 502)
            case 3, 7:
                responder.respond(
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

    @Test func `a missing path is requested once more with getFile`() throws {
        let test = try TestRig().downloads()
        test.spoil = { _, number, responder in
            if number == 2 { responder.respond(status: 404) }
            return number == 2
        }
        try test.start()
        #expect(test.read(test.path()) == "0123456789")
        #expect(test.requests == ["getFile ", "file 1.jpg ", "getFile ", "file 1.jpg "])
    }

    @Test func `a server without file downloads gets advice about --local`() throws {
        let test = try TestRig().downloads()
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/") { responder.respond(status: 404) }
            return request.path.hasPrefix("/file/")
        }
        try test.start()
        #expect(test.refusal?.contains("--local") == true)
        #expect(test.names("files/chat-42/1") == [])
    }

    @Test func `a file that is too big is refused with the limit`() throws {
        let test = try TestRig().downloads()
        test.spoil = { [unowned test] _, _, responder in
            test.refuse(400, "Bad Request: file is too big", responder)
            return true
        }
        try test.start()
        let words = try #require(test.refusal)
        #expect(words.hasPrefix("400 Bad Request: file is too big"))
        #expect(words.contains("20 MB"))
    }

    @Test func `a file without a path is reported as too big`() throws {
        let test = try TestRig().downloads()
        test.filePath = ""
        try test.start()
        #expect(test.refusal?.contains("20 MB") == true)
    }

    @Test func `Telegram's refusals are reported unchanged`() throws {
        let test = try TestRig().downloads()
        test.spoil = { [unowned test] _, _, responder in
            test.refuse(400, "Bad Request: invalid file_id", responder)
            return true
        }
        try test.start()
        #expect(test.refusal == "400 Bad Request: invalid file_id")
    }

    @Test func `a local server's absolute path is returned unchanged`() throws {
        let test = try TestRig().downloads()
        test.filePath = test.files.write("file_1.pdf", "0123456789")
        try test.start(to: "/elsewhere")
        guard case .success(let file) = test.result() else { return #expect(Bool(false)) }
        #expect(file?["path"]?.string == test.filePath)
        #expect(file?["file_size"]?.integer == 10)
        #expect(test.requests == ["getFile "])
    }

    @Test(arguments: [
        ("documents/file_1.pdf", "No such file or directory"), ("folder", "is a directory"),
        ("fifo", "is not a regular file"),
    ])
    func `a local server's path that is no file on this machine is refused with the remedy`(
        _ name: String, _ reason: String
    ) throws {
        let test = try TestRig().downloads()
        mkdir("\(test.files.path)/folder", 0o700)
        mkfifo("\(test.files.path)/fifo", 0o600)
        test.filePath = "\(test.files.path)/\(name)"
        try test.start()
        let words = try #require(test.refusal)
        #expect(words.contains("\(test.filePath): \(reason)"))
        #expect(words.contains("mount the Bot API server's directory at the same path"))
    }

    @Test func `an unwritable path is refused by name`() throws {
        let test = try TestRig().downloads()
        try test.start(to: "\(test.files.path)/no/such/folder.jpg")
        let words = try #require(test.refusal)
        #expect(words.contains("\(test.files.path)/no/such/folder.jpg"))
        #expect(words.contains("No such file or directory"))
        mkdir("\(test.files.path)/folder", 0o700)
        try test.start(to: "\(test.files.path)/folder")
        #expect(test.refusal?.contains("folder") == true)
        #expect(test.names() == ["folder"])
    }

    @Test func `temporary files are removed with their child, and files at a given path stay`() throws {
        let test = try TestRig().downloads()
        let path = "\(test.files.path)/cat.jpg"
        try test.start(to: path)
        #expect(test.path() == path)
        try test.start()
        let own = try #require(test.path())
        test.downloads.childEnded(.chat(42))
        test.childFiles.remove(test.childFiles.release(of: .chat(42)), of: .chat(42))
        #expect(test.read(own) == nil)
        #expect(test.read(path) == "0123456789")
        #expect(test.names("files") == [])
    }

    @Test func `an ended child's download is cancelled, and one to a given path continues`() throws {
        let test = try TestRig().downloads()
        var waiting: [HTTPServer.Responder] = []
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/"), waiting.count < 2 { waiting.append(responder) }
            return request.path.hasPrefix("/file/")
        }
        let path = "\(test.files.path)/cat.jpg"
        try test.start()
        try test.start(to: path)
        #expect(test.wait { waiting.count == 2 })
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

    @Test func `the token is in no message`() throws {
        let test = try TestRig().downloads()
        test.spoil = { request, _, responder in
            if request.path.hasPrefix("/file/") { responder.respond(status: 403) }
            return request.path.hasPrefix("/file/")
        }
        try test.start()
        let words = try #require(test.refusal)
        #expect(!words.contains("secret"))
        #expect(!test.log.lines.joined().contains("secret"))
    }
}
