import Glibc
import JSON
import Reactor
import TestSupport
import Testing

/// Files that plain programs receive.
@Suite(.ownProcess) struct PlainFileTests {
    /// Prints the size of the file whose path it reads, or any other text unchanged.
    private static let size = """
        if [ -f "$line" ]; then wc -c <"$line"; else echo "$line"; fi
        """

    private func photo(_ fileID: String, in chat: Int64, caption: String? = nil) -> JSON {
        var message: JSON = [
            "message_id": 1, "chat": ["id": JSON(chat), "type": "private"], "date": 1_700_000_000,
            "photo": [["file_id": JSON(fileID)]],
        ]
        if let caption { message.set("caption", JSON(caption)) }
        return message
    }

    private func replay(_ messages: [JSON], _ program: String, temporary: String = "/tmp") throws
        -> ProgramRun
    {
        let files = TemporaryDirectory()
        let updates = messages.enumerated().map {
            (["update_id": JSON($0.offset + 1), "message": $0.element] as JSON).description + "\n"
        }
        let run = try TestRig().pipegram(
            [
                "replay", "--plain", files.write("updates.ndjson", updates.joined()),
                "--",
                "sh", "-c", program,
            ], environment: ["TMPDIR": temporary])
        run.wait(within: .seconds(10))
        return run
    }

    @Test func `a program that exits after each message can read each message's file`() throws {
        let test = try TestRig().gateway()
        let first = test.telegram.addFile(Array("meow".utf8), path: "photos/file_1.jpg")
        let second = test.telegram.addFile(Array("miaou".utf8), path: "photos/file_2.jpg")
        test.telegram.add(photo(first, in: 42), as: "message")
        test.telegram.add(photo(second, in: 42), as: "message")
        try test.run(["--plain", "--", "sh", "-c", "read -r line; \(Self.size)"])
        #expect(test.wait { test.texts(in: 42) == ["4", "5"] })
        #expect(test.stop() == 0)
    }

    @Test func `in a replay a program that exits after each message can read each message's file`() throws {
        let run = try replay(
            [photo("a", in: 42), photo("b", in: 42)],
            "read -r line; [ -f \"$line\" ] && echo there")
        #expect(run.exit?.status == 0)
        #expect(run.output.filter { $0.contains("there") }.count == 2)
    }

    @Test func `an unavailable file without a caption blocks neither a replay nor a stop`() throws {
        let run = try replay([photo("a", in: 42)], "cat", temporary: "/nowhere")
        #expect(run.exit?.status == 1)
        #expect(run.errorText.contains("can't download"))

        let test = try TestRig().gateway()
        try test.run(["--plain", "--stop-grace", "1h", "--stop-timeout", "1h", "--", "cat"])
        test.say("hello", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["hello"] })
        // The retry takes long enough for the stop to come first.
        test.telegram.fail(method: "getFile", with: .html(502))
        test.telegram.add(photo("nonsense", in: 42), as: "message")
        #expect(test.wait { test.telegram.calls.contains { $0.method == "getFile" } })
        #expect(test.stop() == 0)
        #expect(test.gateway?.errorText.contains("can't download") == true)
    }

    @Test func `without --upload-root a printed file URL is sent as text, and the log says so once`() throws {
        let test = try TestRig().gateway()
        let secret = test.files.write("secret.txt", "secret")
        // A program that turns the user's text into a file URL.
        let gateway = try test.run(["--plain", "--", "sed", "-u", "s|!|/|g"])
        let text = "file:!!\(secret.replacing("/", with: "!"))"
        for chat in 42...43 as ClosedRange<Int64> {
            for _ in 1...2 { test.say(text, in: chat) }
            #expect(
                test.wait {
                    test.texts(in: chat).joined(separator: "\n") == "file://\(secret)\nfile://\(secret)"
                })
        }
        #expect(test.stop() == 0)
        #expect(!test.telegram.calls.contains { $0.method == "sendDocument" })
        #expect(gateway.errors.count { $0.contains("--upload-root") } == 1)
    }

    @Test func `with --upload-root a printed file URL sends a file below it, and no other`() throws {
        let test = try TestRig().gateway()
        mkdir("\(test.files.path)/out", 0o700)
        let cat = test.files.write("out/cat.txt", "meow")
        try test.run(
            ["--plain", "--upload-root", "\(test.files.path)/out", "--", "sed", "-u", "s|!|/|g"])
        test.say("file:!!!etc!passwd", in: 42)
        #expect(test.waitForLog("is outside of"))
        test.say("file:!!\(cat.replacing("/", with: "!"))", in: 42)
        #expect(test.wait { test.telegram.calls.contains { $0.method == "sendDocument" } })
        #expect(test.stop() == 0)
        #expect(
            test.telegram.calls.filter { $0.method == "sendDocument" }.map(\.files.first?.name) == ["cat.txt"]
        )
        #expect(test.texts(in: 42).isEmpty)
    }

    @Test func `an unavailable file doesn't keep its program from being idle`() throws {
        let test = try TestRig().gateway()
        try test.run(["--plain", "--idle-timeout", "100ms", "--", "cat"])
        test.telegram.add(photo("nonsense", in: 42), as: "message")
        #expect(test.waitForLog("can't download"))
        #expect(test.waitForLog("child ended"))
        #expect(test.stop() == 0)
    }
}
