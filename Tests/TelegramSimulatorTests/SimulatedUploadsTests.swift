import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// The bot's uploads, and their limits.
@Suite struct SimulatedUploadsTests {
    private let world: SimulatedWorld

    init() throws {
        world = try TestRig().world()
        try world.act("start")
    }

    private func send(_ kind: String, as name: String = "x.bin", _ bytes: [UInt8] = [1]) throws -> JSON {
        let method = "send\(kind.filter { $0 != "_" })"
        let file = ReceivedFile(part: kind, name: name, bytes: bytes)
        let sent = try world.call(method, ["chat_id": 42], files: [file])[kind]
        return try #require((kind == "photo" ? sent?[0] : sent)?["file_id"])
    }

    @Test func `a photo can only be sent as a photo, and no other file can`() throws {
        let photo = try send("photo")
        let document = try send("document")
        let note = try send("video_note")
        #expect(
            world.refusal("sendPhoto", ["chat_id": 42, "photo": document])
                == "400 Bad Request: can't use file of type Document as Photo")
        #expect(
            world.refusal("sendPhoto", ["chat_id": 42, "photo": note])
                == "400 Bad Request: can't use file of type VideoNote as Photo")
        #expect(
            world.refusal("sendVoice", ["chat_id": 42, "voice": photo])
                == "400 Bad Request: can't use file of type Photo as VoiceNote")
        #expect(world.refusal("sendVideo", ["chat_id": 42, "video": document]) == nil)
        #expect(world.refusal("sendPhoto", ["chat_id": 42, "photo": photo]) == nil)
    }

    @Test func `an empty file and an incomplete URL are refused`() throws {
        let file = ReceivedFile(part: "document", name: "x", bytes: [])
        let answer = world.telegram.answer("sendDocument", ["chat_id": 42], files: [file])
        guard case .failure(let error) = answer else {
            Issue.record("an empty file was taken")
            return
        }
        #expect(error.reason == "Bad Request: file must be non-empty")
        for address in ["https://", "http:///x", "https://:80", "ftp://x.org/x", "x"] {
            #expect(
                world.refusal("sendPhoto", ["chat_id": 42, "photo": JSON(address)])
                    == "400 Bad Request: wrong file identifier/HTTP URL specified")
        }
    }

    @Test func `an album has two to ten items, and documents aren't mixed with other kinds`() throws {
        let photo: JSON = ["type": "photo", "media": try send("photo")]
        let document: JSON = ["type": "document", "media": try send("document")]
        func refusal(_ media: [JSON]) -> String? {
            world.refusal("sendMediaGroup", ["chat_id": 42, "media": JSON(media)])
        }
        #expect(refusal([]) == "400 Bad Request: there are no messages to send")
        #expect(refusal([photo, photo]) == nil)
        #expect(refusal([document, document]) == nil)
        #expect(
            refusal([photo, document])
                == "400 Bad Request: document can't be mixed with other media types")
        #expect(
            refusal(Array(repeating: photo, count: 11))
                == "400 Bad Request: too many messages to send as an album")
        #expect(
            refusal([photo, ["type": "animation", "media": "x"]])
                == #"400 Bad Request: can't parse InputMedia: type "animation" can't be used in sendMediaGroup"#
        )
        let alone = try world.call("sendMediaGroup", ["chat_id": 42, "media": [photo]])
        #expect(alone[0]?["media_group_id"] == nil)
    }

    @Test func `beyond the size limit the oldest files are dropped, but can still be sent again`() throws {
        world.telegram.files.byteLimit = 25
        let ids = try (0..<3).map { _ in try send("document", [UInt8](repeating: 7, count: 10)) }
        #expect(
            world.refusal("getFile", ["file_id": ids[0]])
                == "400 Bad Request: wrong file_id or the file is temporarily unavailable")
        #expect(world.refusal("getFile", ["file_id": ids[1]]) == nil)
        #expect(world.refusal("sendDocument", ["chat_id": 42, "document": ids[0]]) == nil)
        let long = try send("document", [UInt8](repeating: 7, count: 100))
        #expect(world.refusal("getFile", ["file_id": ids[2]]) != nil)
        #expect(world.refusal("getFile", ["file_id": long]) == nil)
    }

    @Test func `a local server's copy on disk is deleted with its file`() throws {
        let directory = TemporaryDirectory()
        world.telegram.files.localDirectory = directory.path
        world.telegram.files.byteLimit = 1
        let path = try world.call("getFile", ["file_id": try send("document")])["file_path"]?.string
        #expect(path == "\(directory.path)/documents_file_1.bin")
        #expect(directory.read("documents_file_1.bin") == "\u{1}")
        _ = try send("document")
        #expect(directory.read("documents_file_1.bin") == nil)
    }

    @Test func `the number of files kept open on disk is limited`() throws {
        let directory = TemporaryDirectory()
        world.telegram.files.openLimit = 1
        let paths = ["a", "b"].map { directory.write($0, $0) }
        let ids = try paths.map { world.telegram.files.add(.file(try InputFile($0)), path: $0) }
        #expect(world.refusal("getFile", ["file_id": JSON(ids[0])]) != nil)
        #expect(world.refusal("getFile", ["file_id": JSON(ids[1])]) == nil)
    }

    @Test(arguments: [
        ("", "x", "command must be non-empty"), ("/", "x", "command must be non-empty"),
        (String(repeating: "a", count: 33), "x", "command length must not exceed 32"),
        ("a", " ", "command description must be non-empty"),
        ("a", String(repeating: "ä", count: 257), "command description length must not exceed 256"),
        ("A", "x", "BOT_COMMAND_INVALID"), ("a b", "x", "BOT_COMMAND_INVALID"),
    ])
    func `commands are validated like Telegram's`(
        _ name: String, _ description: String, _ reason: String
    ) {
        let commands: JSON = [["command": JSON(name), "description": JSON(description)]]
        #expect(world.refusal("setMyCommands", ["commands": commands]) == "400 Bad Request: \(reason)")
    }

    @Test func `a command's slash and surrounding space are removed`() throws {
        try world.call("setMyCommands", ["commands": [["command": " /go ", "description": " Go. "]]])
        #expect(try world.call("getMyCommands", [:]) == [["command": "go", "description": "Go."]])
    }
}
