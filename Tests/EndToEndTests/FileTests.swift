import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite(.ownProcess) struct FileTests {
    /// Makes the bot of chat 42 print a call.
    private func call(_ call: JSON, in test: GatewayTest) { test.say(call.description, in: 42) }

    /// The results that the bot of chat 42 has read.
    private func results(_ test: GatewayTest) -> [JSON] {
        test.transcript(of: 42).compactMap { try? JSON(parsing: $0) }
            .filter { $0["type"]?.string == "telegram.result" }
    }

    private func result(_ test: GatewayTest, count: Int = 1) -> JSON? {
        _ = test.wait { results(test).count >= count }
        return results(test).last
    }

    /// Whether no event and exactly this many calls are left in the journal.
    private func isAllSettled(_ test: GatewayTest, calls: Int64) -> Bool {
        (try? test.count("events")) == 0 && (try? test.count("calls")) == calls
    }

    private func text(_ file: ReceivedFile?) -> String? {
        file.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func `a local file is sent as a parameter or nested in one`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "puppet.sh")
        let cat = test.files.write("a \"cat\".png", "meow")
        let photo: JSON = [
            "type": "telegram.send_photo", "photo": JSON("file://\(cat)"), "caption": "c \"q\"\n👋", "id": 1,
        ]
        call(photo, in: test)
        #expect(result(test)?["ok"]?.bool == true)
        let sent = try #require(test.telegram.calls.last)
        #expect(sent.method == "sendPhoto")
        #expect(text(sent.file("photo")) == "meow")
        #expect(sent.file("photo")?.name == "a \"cat\".png")
        #expect(sent.parameters["chat_id"]?.string == "42")
        #expect(sent.parameters["caption"]?.string == "c \"q\"\n👋")
        let group: JSON = [
            "type": "telegram.send_media_group", "id": 2,
            "media": [
                ["type": "photo", "media": JSON("file://\(cat)")],
                ["type": "photo", "media": JSON("file://\(test.files.write("dog.png", "woof"))")],
            ],
        ]
        call(group, in: test)
        #expect(result(test, count: 2)?["ok"]?.bool == true)
        #expect(test.telegram.calls.last?.files.map { text($0) } == ["meow", "woof"])
        #expect(test.stop() == 0)
    }

    @Test func `a file that can't be sent is refused by name, and nothing is sent`() throws {
        let test = try TestRig().gateway()
        mkdir("\(test.files.path)/out", 0o700)
        try test.run(["--upload-root", "\(test.files.path)/out"], bot: "puppet.sh")
        let secret = test.files.write("secret.txt", "secret")
        let inside = test.files.write("out/open.txt", "open")
        let missing = "\(test.files.path)/out/missing.txt"
        for (number, path) in [missing, secret, inside].enumerated() {
            call(
                ["type": "telegram.send_document", "document": JSON("file://\(path)"), "id": JSON(number)],
                in: test)
            _ = result(test, count: number + 1)
        }
        let answers = results(test).map { $0["description"]?.string ?? "ok" }
        #expect(answers.count == 3)
        #expect(answers[0] == "Bad Request: document: \(missing): No such file or directory")
        #expect(answers[1].contains("--upload-root"))
        #expect(answers[2] == "ok")
        #expect(test.telegram.calls.filter { $0.method == "sendDocument" }.count == 1)
        #expect(test.stop() == 0)
    }

    @Test func `an interrupted upload is sent again`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "puppet.sh")
        // More than fits into the system's buffers. Otherwise a part could look like the whole file.
        let file = test.files.write("big.bin", "")
        truncate(file, 32 << 20)
        test.telegram.fail(method: "sendDocument", with: .closeAfterBytes(300_000))
        call(["type": "telegram.send_document", "document": JSON("file://\(file)"), "id": 1], in: test)
        #expect(result(test)?["ok"]?.bool == true)
        let arrived = test.telegram.calls.filter { $0.method == "sendDocument" && $0.wasCarriedOut }
        #expect(arrived.map { $0.file("document")?.size } == [32 << 20])
        #expect(test.stop() == 0)
    }

    @Test func `a file is downloaded to a temporary path that is removed with the child`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "puppet.sh")
        let id = test.telegram.addFile(Array("meow".utf8), path: "photos/file_1.jpg")
        call(["type": "telegram.download_file", "file_id": JSON(id), "id": "d"], in: test)
        let path = try #require(result(test)?["result"]?["path"]?.string)
        #expect(path.hasPrefix("\(test.files.path)/state/pipegram/7/files/chat-42/1/"))
        #expect(result(test)?["result"]?["file_size"]?.integer == 4)
        #expect((try? InputFile(path))?.size == 4)
        #expect(test.stop() == 0)
        #expect((try? InputFile(path)) == nil)
        #expect(test.gateway?.errorText.contains("secret") == false)
    }

    @Test func `an interrupted download resumes, and only the complete file appears`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "puppet.sh")
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let id = test.telegram.addFile(bytes, path: "documents/file_2.bin")
        test.telegram.fail(method: "file", with: .closeAfterBytes(100_000))
        let path = "\(test.files.path)/fetched.bin"
        call(
            ["type": "telegram.download_file", "file_id": JSON(id), "path": JSON(path), "id": "d"], in: test)
        #expect(result(test)?["result"]?["path"]?.string == path)
        #expect(test.files.bytes("fetched.bin") == bytes)
        #expect(test.telegram.downloads.map(\.range).first == "")
        #expect(test.telegram.downloads.last?.range.hasPrefix("bytes=") == true)
        #expect(test.stop() == 0)
        #expect(test.files.bytes("fetched.bin") == bytes)
        #expect(!test.files.names().contains { $0.contains(".part") })
    }

    @Test func `a file that Telegram refuses is a clear error`() throws {
        let test = try TestRig().gateway()
        try test.run(bot: "puppet.sh")
        let big = test.files.write("big.bin", "")
        truncate(big, 21 << 20)
        let id = test.telegram.addFile(try InputFile(big), path: "documents/big.bin")
        call(["type": "telegram.download_file", "file_id": JSON(id), "id": 1], in: test)
        #expect(result(test)?["description"]?.string?.contains("20 MB") == true)
        call(["type": "telegram.download_file", "file_id": "nonsense", "id": 2], in: test)
        #expect(result(test, count: 2)?["description"]?.string == "Bad Request: invalid file_id")
        call(["type": "telegram.download_file", "id": 3], in: test)
        #expect(result(test, count: 3)?["description"]?.string?.contains("needs 'file_id'") == true)
        #expect(test.stop() == 0)
    }

    @Test func `a local server's path is passed on unchanged`() throws {
        let test = try TestRig().gateway()
        test.telegram.localDirectory = test.files.path
        try test.run(bot: "puppet.sh")
        let id = test.telegram.addFile(Array("meow".utf8), path: "photos/file_1.jpg")
        call(["type": "telegram.download_file", "file_id": JSON(id), "id": "d"], in: test)
        let path = try #require(result(test)?["result"]?["path"]?.string)
        #expect(path.hasPrefix(test.files.path))
        #expect(!path.contains("/state/"))
        #expect(test.telegram.downloads.isEmpty)
        #expect(test.stop() == 0)
        #expect((try? InputFile(path))?.size == 4)
    }

    @Test func `a child may send a downloaded file and exit before the upload ends`() throws {
        let test = try TestRig().gateway()
        let program = """
            read -r scope; read -r event
            echo '{"type":"telegram.download_file","file_id":"'$FILE_ID'","id":1}'; read -r result
            path=$(echo "$result" | jq -r .result.path); echo $path >"$TRANSCRIPTS/42"
            echo '{"type":"telegram.send_document","document":"file://'$path'"}'
            """
        let id = test.telegram.addFile(Array("meow".utf8), path: "documents/file_1.txt")
        test.telegram.fail(method: "sendDocument", with: .html(502))
        try test.run(["--", "sh", "-c", program], environment: ["FILE_ID": id])
        test.say("go", in: 42)
        #expect(
            test.wait { test.telegram.calls.contains { $0.wasCarriedOut && $0.method == "sendDocument" } })
        #expect(text(test.telegram.calls.last?.file("document")) == "meow")
        let path = try #require(test.transcript(of: 42).first)
        #expect(test.wait { (try? InputFile(path)) == nil })
        #expect(test.stop() == 0)
    }

    @Test func `after a kill a previously downloaded file is sent and then removed`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack-timeout", "20ms"], bot: "puppet.sh")
        let id = test.telegram.addFile(Array("meow".utf8), path: "documents/file_1.txt")
        call(["type": "telegram.download_file", "file_id": JSON(id), "id": 1], in: test)
        let path = try #require(result(test)?["result"]?["path"]?.string)
        test.telegram.fail(method: "sendDocument", with: .hang)
        call(["type": "telegram.send_document", "document": JSON("file://\(path)")], in: test)
        #expect(test.wait { test.telegram.calls.last?.method == "sendDocument" })
        #expect(test.wait { isAllSettled(test, calls: 1) })
        #expect(test.stop(SIGKILL) == 128 + SIGKILL)
        #expect((try? InputFile(path))?.size == 4)
        try test.run(["--ack-timeout", "20ms"], bot: "puppet.sh")
        #expect(
            test.wait { test.telegram.calls.contains { $0.wasCarriedOut && $0.method == "sendDocument" } })
        #expect(text(test.telegram.calls.last?.file("document")) == "meow")
        #expect(test.wait { (try? InputFile(path)) == nil })
        #expect(test.stop() == 0)
    }

    @Test func `after a kill a download to a given path resumes, and one to a temporary path doesn't`() throws
    {
        let test = try TestRig().gateway()
        try test.run(["--ack-timeout", "20ms"], bot: "puppet.sh")
        let id = test.telegram.addFile(Array("meow".utf8), path: "documents/file_1.txt")
        test.telegram.fail(method: "file", times: 2, with: .hang)
        let path = "\(test.files.path)/fetched.txt"
        call(["type": "telegram.download_file", "file_id": JSON(id)], in: test)
        call(["type": "telegram.download_file", "file_id": JSON(id), "path": JSON(path)], in: test)
        #expect(test.wait { test.telegram.downloads.count == 2 && isAllSettled(test, calls: 2) })
        #expect(test.stop(SIGKILL) == 128 + SIGKILL)
        try test.run(["--ack-timeout", "20ms"], bot: "puppet.sh")
        #expect(test.wait { test.files.read("fetched.txt") == "meow" })
        #expect(test.wait { (try? test.count("calls")) == 0 })
        #expect(test.telegram.downloads.count == 3)
        #expect(test.stop() == 0)
    }

    @Test func `a stop that times out leaves no partial file, and the next start downloads it`() throws {
        let test = try TestRig().gateway()
        try test.run(
            ["--ack-timeout", "20ms", "--stop-grace", "0s", "--stop-timeout", "200ms"], bot: "puppet.sh")
        let id = test.telegram.addFile([UInt8](repeating: 1, count: 300_000), path: "documents/file_1.bin")
        test.telegram.fail(method: "file", with: .closeAfterBytes(100_000))
        test.telegram.fail(method: "file", with: .hang)
        let path = "\(test.files.path)/fetched.bin"
        call(["type": "telegram.download_file", "file_id": JSON(id), "path": JSON(path)], in: test)
        #expect(test.wait { test.telegram.downloads.count == 2 && isAllSettled(test, calls: 1) })
        #expect(test.files.names().contains { $0.contains(".part") })
        #expect(test.stop() == 0)
        #expect(!test.files.names().contains { $0.contains(".part") })
        try test.run(bot: "puppet.sh")
        #expect(test.wait { test.files.bytes("fetched.bin")?.count == 300_000 })
        #expect(test.stop() == 0)
    }

    @Test func `a plain program reads a photo as its path and sends a file by printing its URL`() throws {
        let test = try TestRig().gateway()
        let program =
            "while read -r line; do if [ -f \"$line\" ]; then wc -c <\"$line\"; echo \"file://$line\"; fi; done"
        try test.run(["--plain", "--upload-root", test.files.path, "--", "sh", "-c", program])
        let id = test.telegram.addFile(Array("meow".utf8), path: "photos/file_1.jpg")
        test.telegram.add(
            [
                "message_id": 1, "chat": ["id": 42, "type": "private"], "date": 1_700_000_000,
                "photo": [["file_id": "small"], ["file_id": JSON(id)]], "caption": "a cat",
            ], as: "message")
        #expect(test.wait { test.telegram.calls.contains { $0.method == "sendPhoto" } })
        #expect(test.texts(in: 42) == ["4"])
        #expect(text(test.telegram.calls.last { $0.method == "sendPhoto" }?.file("photo")) == "meow")
        #expect(test.stop() == 0)
    }
}
