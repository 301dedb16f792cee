import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct HTTPDownloadTests {
    private struct DownloadTest: Rigged {
        private let http: RawHTTPTest
        let output: OutputFile

        init() throws {
            http = try TestRig().rawHTTP()
            output = try OutputFile(creating: "\(http.files.path)/out")
        }

        var rig: TestRig { http.rig }
        var server: RawServer { http.server }
        var text: String? { files.read("out") }

        func ask(offset: Int = 0, limit: Int? = nil) -> Result<HTTPClient.Response, HTTPClient.Failure>? {
            http.ask { ($0.destination, $0.offset, $0.sizeLimit) = (output, offset, limit) }
        }

        func failure(offset: Int = 0, limit: Int? = nil) -> HTTPClient.Failure? {
            guard case .failure(let failure) = ask(offset: offset, limit: limit) else { return nil }
            return failure
        }

        /// Answers all requests alike.
        func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            server.onBytes = { connection in
                guard connection.text.hasSuffix("\r\n\r\n") else { return }
                connection.forget()
                connection.answer(body, status: status, headers: headers)
            }
        }
    }

    @Test func `a body goes to its file, not into memory`() throws {
        let test = try DownloadTest()
        let body = String(repeating: "0123456789", count: 30_000)
        test.answer(body)
        let response = try #require(try test.ask()?.get())
        #expect(response.status == 200)
        #expect(response.body == [])
        #expect(response.received == 300_000)
        #expect(test.output.count == 300_000)
        #expect(test.text == body)
    }

    @Test func `the body of an error stays in memory`() throws {
        let test = try DownloadTest()
        test.answer("gone", status: "404 Not Found")
        let response = try #require(try test.ask()?.get())
        #expect(response.status == 404)
        #expect(response.body == Array("gone".utf8))
        #expect(test.text == "")
    }

    @Test func `an interrupted download resumes where it stopped`() throws {
        let test = try DownloadTest()
        test.server.onBytes = { connection in
            guard connection.text.hasSuffix("\r\n\r\n") else { return }
            if connection.number == 0 {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
                return connection.close()
            }
            #expect(connection.text.contains("\r\nRange: bytes=5-\r\n"))
            connection.answer(
                "56789", status: "206 Partial Content", headers: "content-range: bytes 5-9/10\r\n")
        }
        #expect(test.failure()?.requestWentOut == true)
        #expect(test.output.count == 5)
        let response = try #require(try test.ask(offset: test.output.count)?.get())
        #expect(response.status == 206)
        #expect(response.received == 5)
        #expect(test.text == "0123456789")
    }

    @Test func `a server without ranges sends the whole file, and the download starts over`() throws {
        let test = try DownloadTest()
        test.answer("0123456789")
        _ = test.ask()
        test.answer("new")
        #expect(try test.ask(offset: 10)?.get().status == 200)
        #expect(test.text == "new")
        test.answer("")
        #expect(try test.ask(offset: 3)?.get().received == 0)
        #expect(test.text == "")
    }

    @Test(arguments: ["bytes 4-9/10", "bytes */10", "lines 5-9/10", "bytes 99999999999999999999-", ""])
    func `a part with the wrong offset fails and leaves the file unchanged`(_ range: String) throws {
        let test = try DownloadTest()
        test.answer("01234")
        _ = test.ask()
        test.answer("56789", status: "206 Partial Content", headers: "Content-Range: \(range)\r\n")
        #expect(test.failure(offset: 5)?.reason.hasSuffix("on, not from byte 5") == true)
        #expect(test.text == "01234")
    }

    @Test func `a range beyond the end is answered with the plain status 416`() throws {
        let test = try DownloadTest()
        test.answer("01234")
        _ = test.ask()
        test.answer("", status: "416 Range Not Satisfiable", headers: "Content-Range: bytes */5\r\n")
        #expect(try test.ask(offset: 5)?.get().status == 416)
        #expect(test.text == "01234")
    }

    @Test func `a request without an offset asks for no range, even after one that did`() throws {
        let test = try DownloadTest()
        test.answer("01234")
        _ = test.ask()
        _ = test.ask(offset: 3)
        test.server.onBytes = { connection in
            #expect(!connection.text.contains("Range:"))
            connection.answer()
        }
        #expect(test.ask() != nil)
    }

    @Test func `a file over the limit fails, whether or not the server announces its size`() throws {
        let test = try DownloadTest()
        test.answer("0123456789")
        #expect(try test.ask(limit: 10)?.get().received == 10)
        #expect(test.failure(limit: 9)?.reason == "the file is longer than 9 bytes")
        // The earlier download is unchanged.
        #expect(test.text == "0123456789")
        test.server.onBytes = { connection in
            connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n0123456789")
            connection.close()
        }
        #expect(test.failure(limit: 9)?.reason == "the file is longer than 9 bytes")
        #expect(test.output.count <= 9)
    }

    @Test func `a full disk fails with the system's message and the path`() throws {
        let test = try DownloadTest()
        test.answer(String(repeating: "x", count: 100_000))
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
        var limit = rlimit(rlim_cur: 50_000, rlim_max: before.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let failure = test.failure()
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
        #expect(failure?.reason == "writing \(test.output.path): File too large")
        #expect(test.output.count == 50_000)
    }

    @Test func `a file is created only if there is none`() throws {
        let test = try DownloadTest()
        for name in ["out", "link"] {
            symlink("/nowhere/x", "\(test.files.path)/link")
            #expect(throws: SystemError("creating \(test.files.path)/\(name)", code: EEXIST)) {
                try OutputFile(creating: "\(test.files.path)/\(name)")
            }
        }
        let file = try OutputFile(creating: "\(test.files.path)/mine", mode: 0o600)
        var status = stat()
        stat(file.path, &status)
        #expect(status.st_mode & 0o777 == 0o600)
    }
}
