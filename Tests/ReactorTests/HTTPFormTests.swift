import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct HTTPFormTests {
    private func makeFile(_ name: String, size: Int, in test: RawHTTPTest) throws -> InputFile {
        try InputFile(test.files.write(name, String(repeating: "x", count: size)))
    }

    @Test func `a form is sent part by part, with a file's bytes unchanged`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.answer("ok") } }
        let path = test.files.write("a.bin", "\r\n--\u{0}ö")
        let answer = test.ask(
            .form([
                HTTPClient.Part("chat_id", .text(Array("42".utf8))),
                HTTPClient.Part("caption", .text([])),
                HTTPClient.Part("photo", .file(try InputFile(path), name: "cat.png")),
            ]))
        #expect(try answer?.get().status == 200)
        let text = test.server.connections[0].text
        #expect(text.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(text.contains("\r\nContent-Type: multipart/form-data; boundary="))
        #expect(!text.contains("Expect:"))
        #expect(!text.contains("application/json"))
        #expect(text.contains("Content-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--"))
        #expect(text.contains("Content-Disposition: form-data; name=\"caption\"\r\n\r\n\r\n--"))
        #expect(
            text.contains(
                "Content-Disposition: form-data; name=\"photo\"; filename=\"cat.png\"\r\n"
                    + "Content-Type: application/octet-stream\r\n\r\n\r\n--\u{0}ö\r\n--"))
    }

    @Test func `names with quotes, newlines, percent signs and any letters survive`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.answer() } }
        let file = try makeFile("a", size: 1, in: test)
        _ = test.ask(.form([HTTPClient.Part("a\"\\b", .file(file, name: "кот \"1\"\r\n100%.png"))]))
        // The Bot API server percent-decodes both.
        #expect(
            test.server.connections[0].text.contains(
                "form-data; name=\"a%22%5Cb\"; filename=\"кот %221%22%0D%0A100%25.png\"\r\n"))
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 1_000_000])
    func `a file of any size arrives whole`(size: Int) throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.answer() } }
        let answer = test.ask(
            .form([HTTPClient.Part("f", .file(try makeFile("f", size: size, in: test), name: "f"))]))
        #expect(try answer?.get().status == 200)
        #expect(test.server.connections[0].body.count(where: { $0 == UInt8(ascii: "x") }) == size)
    }

    @Test func `one client alternates JSON, forms and GETs without mixing them up`() throws {
        let test = try TestRig().rawHTTP()
        var heads: [String] = []
        var bodies: [Int] = []
        test.server.onBytes = { connection in
            guard connection.hasWholeBody || connection.text.hasPrefix("GET") else { return }
            heads.append(connection.text)
            bodies.append(connection.body.count)
            connection.forget()
            connection.answer("12345", headers: "X: y\r\n")
        }
        let file = try makeFile("f", size: 100, in: test)
        let form = HTTPClient.Body.form([HTTPClient.Part("f", .file(file, name: "f"))])
        let output = try OutputFile(creating: "\(test.files.path)/out")
        let kinds: [HTTPClient.Body] = [.json([1]), form, .none, .json([1, 2]), .none, form, .json([])]
        for (index, body) in kinds.enumerated() {
            let response = try test.ask(body) { if index == 2 { $0.destination = output } }?.get()
            #expect(response?.status == 200)
            #expect(response?.received == 5)
            #expect(response?.body == (index == 2 ? [] : Array("12345".utf8)))
        }
        #expect(test.server.connections.count == 1)
        #expect(
            heads.map { String($0.prefix(4)) } == ["POST", "POST", "GET ", "POST", "GET ", "POST", "POST"])
        let json = heads.map { $0.contains("Content-Type: application/json") }
        #expect(json == [true, false, false, true, false, false, true])
        #expect(bodies[0] == 1 && bodies[2] == 0 && bodies[3] == 2 && bodies[4] == 0 && bodies[6] == 0)
        #expect(bodies[1] == bodies[5] && bodies[1] > 100)
        #expect(output.count == 5)
    }

    @Test func `an answer that arrives before the form was sent is the answer`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { connection in
            guard connection.body.count > 100_000, connection.received.count < 300_000 else { return }
            connection.answer(status: "413 Request Entity Too Large", headers: "Connection: close\r\n")
        }
        let file = try makeFile("f", size: 10_000_000, in: test)
        let answer = test.ask(.form([HTTPClient.Part("f", .file(file, name: "f"))]))
        #expect(try answer?.get().status == 413)
    }

    // MARK: failures

    @Test func `a form that was cut off counts as not sent`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.body.count > 100_000 { $0.close() } }
        let file = try makeFile("f", size: 10_000_000, in: test)
        let failure = test.failure(.form([HTTPClient.Part("f", .file(file, name: "f"))]))
        #expect(failure?.requestWentOut == false)
        #expect(failure?.brokeOff == true)
        #expect(test.server.connections.count == 1)
    }

    @Test func `a form that was sent whole counts as sent`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.close() } }
        for size in [10, 1_000_000] {
            let file = try makeFile("f\(size)", size: size, in: test)
            let failure = test.failure(.form([HTTPClient.Part("f", .file(file, name: "f"))]))
            #expect(failure?.requestWentOut == true)
        }
    }

    @Test func `a form lost by a kept connection is sent again from its start, unless all of it was read`()
        throws
    {
        let test = try TestRig().rawHTTP()
        let big = try makeFile("big", size: 10_000_000, in: test)
        let small = try makeFile("small", size: 10, in: test)
        test.server.onBytes = { connection in
            if connection.number == 0, connection.body.count > 100_000 { return connection.closeOnceFull() }
            guard connection.hasWholeBody else { return }
            if connection.number == 1, connection.body.count < 1000 { return connection.close() }
            connection.answer()
            if connection.number == 0 { connection.forget() }
        }
        _ = test.ask(.json([1]))
        #expect(try test.ask(.form([HTTPClient.Part("f", .file(big, name: "big"))]))?.get().status == 200)
        #expect(test.server.connections.count == 2)
        let again = test.server.connections[1]
        #expect(again.hasWholeBody)
        #expect(again.body.count > 10_000_000)
        again.forget()

        let failure = test.failure(.form([HTTPClient.Part("f", .file(small, name: "small"))]))
        #expect(failure?.requestWentOut == true)
        #expect(test.server.connections[2...].allSatisfy { $0.received.isEmpty })
    }

    @Test func `a form that was sent whole counts as sent, even if the retry can't connect`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.answer() } }
        _ = test.ask(.json([1]))
        test.server.connections[0].forget()
        test.server.onBytes = { connection in
            guard connection.hasWholeBody else { return }
            test.server.stopListening()
            connection.close()
        }
        let file = try makeFile("f", size: 1_000_000, in: test)
        let failure = test.failure(.form([HTTPClient.Part("f", .file(file, name: "f"))]))
        #expect(failure?.reason.contains("connect") == true)
        #expect(failure?.requestWentOut == true)
    }

    @Test func `a file that shrinks while it is sent fails with a clear message`() throws {
        let test = try TestRig().rawHTTP()
        let file = try makeFile("f", size: 10_000_000, in: test)
        test.server.onBytes = { connection in
            if connection.received.count < 100_000 { truncate(file.path, 50_000) }
        }
        let failure = test.failure(.form([HTTPClient.Part("f", .file(file, name: "f"))]))
        #expect(failure?.reason.hasPrefix("\(file.path): became shorter while it was sent: ") == true)
        #expect(failure?.requestWentOut == false)
    }

    @Test func `a stalled request is given up, a slow one isn't`() throws {
        let test = try TestRig().rawHTTP()
        let file = try makeFile("f", size: 10_000_000, in: test)
        test.server.onBytes = { if $0.body.count > 100_000 { $0.stop() } }
        let start = Instant.current
        let failure = test.failure(.form([HTTPClient.Part("f", .file(file, name: "f"))])) {
            $0.stallTimeout = .milliseconds(100)
        }
        #expect(failure?.reason == "no data was transferred for 0.1s")
        #expect(failure?.requestWentOut == false)
        #expect(Instant.current - start >= .milliseconds(100))

        test.server.onBytes = { connection in
            guard connection.hasWholeBody else { return }
            var left = 5
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
            @MainActor func next() {
                guard left > 0 else { return }
                left -= 1
                connection.write("x")
                test.loop.after(.milliseconds(50), next)
            }
            test.loop.after(.milliseconds(50), next)
        }
        let answer = test.ask(.json([1])) { $0.stallTimeout = .milliseconds(200) }
        #expect(try answer?.get().received == 5)
    }

    @Test func `a file is closed once its request has ended or was cancelled`() throws {
        let test = try TestRig().rawHTTP()
        test.server.onBytes = { if $0.hasWholeBody { $0.answer() } }
        _ = test.ask(.json([1]))
        let before = Processes.openDescriptors
        for _ in 0..<3 {
            let file = try makeFile("f", size: 10, in: test)
            #expect(
                try test.ask(.form([HTTPClient.Part("f", .file(file, name: "f"))]))?.get().status == 200)
        }
        #expect(Processes.openDescriptors == before)
        let request = HTTPClient.Request(
            url: "http://127.0.0.1:\(test.server.port)/",
            body: .form([HTTPClient.Part("f", .file(try makeFile("f", size: 10, in: test), name: "f"))]),
            timeout: .seconds(10))
        test.client.cancel(test.client.send(request) { _ in })
        #expect(Processes.openDescriptors <= before + 1)
    }
}
