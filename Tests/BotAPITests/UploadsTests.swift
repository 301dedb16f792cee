import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite struct UploadsTests {
    private let files = TemporaryDirectory()

    /// The parts that would be sent, as `name=text` and `name<contents of the file>`, or the JSON.
    private func sent(_ method: String, _ parameters: JSON, root: String? = nil) throws -> [String] {
        let prepared = try Uploads(root: root).prepare(method, parameters)
        switch prepared.body {
        case .none: return []
        case .json(let bytes): return [String(decoding: bytes, as: UTF8.self)]
        case .form(let parts):
            return try parts.map { part in
                switch part.content {
                case .text(let text): return "\(part.name)=\(String(decoding: text, as: UTF8.self))"
                case .file(let file, let name):
                    var bytes = [UInt8](repeating: 0, count: file.size)
                    _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
                    return "\(part.name)<\(name): \(String(decoding: bytes, as: UTF8.self))>"
                }
            }
        }
    }

    private func refusal(_ method: String, _ parameters: JSON, root: String? = nil) -> String? {
        do throws(Uploads.PreparationError) {
            _ = try Uploads(root: root).prepare(method, parameters)
            return nil
        } catch {
            guard case .refused(let error) = error else { return "exhausted" }
            return error.description
        }
    }

    private func url(_ path: String) -> JSON { JSON("file://\(path)") }

    @Test(arguments: [
        (#"{"a":"file:///x"}"#, true), (#"{"file":"x"}"#, false), ("file://", true), ("file:/", false),
        ("", false),
        ("ile://", false), (":file://", true), (#"{"url":"https://x","f":"profile://"}"#, true),
    ])
    func `a text is checked for a possible file URL`(json: String, isNamed: Bool) {
        #expect(Uploads.areNamed(in: Array(json.utf8)) == isNamed)
    }

    @Test func `a call without files is sent as JSON`() throws {
        #expect(
            try sent("sendPhoto", ["chat_id": 42, "photo": "AgAC"]) == [#"{"chat_id":42,"photo":"AgAC"}"#])
    }

    @Test func `a local file becomes a part of the form, next to the other parameters`() throws {
        let cat = files.write("cat.png", "meow")
        let parameters: JSON = [
            "chat_id": 42, "photo": url(cat), "caption": "a \"cat\"", "has_spoiler": true, "ratio": 1.5,
            "reply_markup": ["inline_keyboard": []],
        ]
        #expect(
            try sent("sendPhoto", parameters) == [
                "chat_id=42", "photo<cat.png: meow>", "caption=a \"cat\"", "has_spoiler=true", "ratio=1.5",
                #"reply_markup={"inline_keyboard":[]}"#,
            ])
    }

    @Test func `a file nested in a parameter is attached by name`() throws {
        let (one, two) = (files.write("1.png", "one"), files.write("2.png", "two"))
        let media: JSON = [
            ["type": "photo", "media": url(one), "caption": "file:///etc/passwd"],
            ["type": "video", "media": "BAAC", "thumbnail": url(two)],
        ]
        #expect(
            try sent("sendMediaGroup", ["chat_id": 42, "media": media]) == [
                "chat_id=42", "file1<1.png: one>", "file2<2.png: two>",
                #"media=[{"type":"photo","media":"attach://file1","caption":"file:///etc/passwd"},"#
                    + #"{"type":"video","media":"BAAC","thumbnail":"attach://file2"}]"#,
            ])
        // The call itself is unchanged, because it may be sent again.
        #expect(media[0]?["media"]?.string == "file://\(one)")
    }

    @Test func `a file nested in a JSON string is attached too`() throws {
        let cat = files.write("cat.png", "meow")
        let media = #"{"type":"photo","media":"file://\#(cat)"}"#
        #expect(
            try sent("editMessageMedia", ["media": JSON(media)]) == [
                "file1<cat.png: meow>", #"media={"type":"photo","media":"attach://file1"}"#,
            ])
    }

    @Test func `a part's name doesn't clash with a parameter's`() throws {
        let cat = files.write("cat.png", "meow")
        let parameters: JSON = ["file1": "x", "media": ["media": url(cat)]]
        #expect(
            try sent("editMessageMedia", parameters)
                == ["file1=x", "file2<cat.png: meow>", #"media={"media":"attach://file2"}"#])
    }

    @Test func `a text that looks like a file URL stays a text`() throws {
        #expect(
            try sent("sendMessage", ["text": "file:///etc/passwd"]) == [#"{"text":"file:///etc/passwd"}"#])
        let cat = files.write("cat.png", "meow")
        #expect(
            try sent("sendPhoto", ["photo": url(cat), "caption": "file:///etc/passwd"])
                == ["photo<cat.png: meow>", "caption=file:///etc/passwd"])
    }

    @Test func `files in unknown methods and parameters are sent too`() throws {
        let cat = files.write("cat.png", "meow")
        #expect(try sent("sendHologram", ["hologram": url(cat)]) == ["hologram<cat.png: meow>"])
        #expect(try sent("sendPhoto", ["negative": url(cat)]) == ["negative<cat.png: meow>"])
    }

    @Test(arguments: [
        ("missing.png", "No such file or directory"), ("folder", "is a directory"),
        ("fifo", "is not a regular file"),
    ])
    func `a file that can't be sent is refused with its name`(name: String, reason: String) {
        mkdir("\(files.path)/folder", 0o700)
        mkfifo("\(files.path)/fifo", 0o600)
        let path = "\(files.path)/\(name)"
        #expect(refusal("sendPhoto", ["photo": url(path)]) == "400 Bad Request: photo: \(path): \(reason)")
        #expect(
            refusal("sendMediaGroup", ["media": [["media": url(path)]]])
                == "400 Bad Request: media: media: \(path): \(reason)")
    }

    @Test func `a device is refused`() {
        #expect(
            refusal("sendPhoto", ["photo": url("/dev/zero")])?.hasSuffix("/dev/zero: is not a regular file")
                == true)
    }

    @Test func `only files below the upload root may be sent`() throws {
        let root = "\(files.path)/out"
        mkdir(root, 0o700)
        let inside = files.write("out/cat.png", "meow")
        let outside = files.write("secret.png", "secret")
        mkdir("\(files.path)/outside", 0o700)
        let sibling = files.write("outside/x.png", "x")
        symlink(outside, "\(root)/link.png")
        #expect(try sent("sendPhoto", ["photo": url(inside)], root: root) == ["photo<cat.png: meow>"])
        #expect(
            try sent("sendPhoto", ["photo": url("\(root)/../out/./cat.png")], root: root) == [
                "photo<cat.png: meow>"
            ])
        for path in [outside, sibling, "\(root)/link.png", "\(root)/../secret.png"] {
            #expect(
                refusal("sendPhoto", ["photo": url(path)], root: root)
                    == "400 Bad Request: photo: \(path) is outside of --upload-root \(root)")
        }
        #expect(try sent("sendPhoto", ["photo": url(outside)], root: "/") == ["photo<secret.png: secret>"])
    }

    @Test func `a path may be percent-encoded or not`() throws {
        let space = files.write("a cat.png", "meow")
        let percent = files.write("100%20.png", "percent")
        let escaped = space.replacing(" ", with: "%20")
        #expect(try sent("sendPhoto", ["photo": url(space)]) == ["photo<a cat.png: meow>"])
        #expect(try sent("sendPhoto", ["photo": url(escaped)]) == ["photo<a cat.png: meow>"])
        #expect(try sent("sendPhoto", ["photo": url(percent)]) == ["photo<100%20.png: percent>"])
        #expect(try sent("sendPhoto", ["photo": url("localhost\(space)")]) == ["photo<a cat.png: meow>"])
    }

    @Test func `a file that the program uses is refused by whatever path, and not opened`() throws {
        let own = files.write("journal.db", "own")
        symlink(own, "\(files.path)/soft")
        link(own, "\(files.path)/hard")
        let uploads = Uploads(except: ReservedFiles([own, "\(files.path)/later"]))
        rename(own, "\(files.path)/moved")
        files.write("later", "later")
        // This lock of the process would be gone if it opened and closed the file.
        let descriptor = open("\(files.path)/moved", O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
        #expect(fcntl(descriptor, F_SETLK, &lock) == 0)
        symlink("\(files.path)/moved", "\(files.path)/link")
        for name in ["moved", "link", "hard", "later"] {
            let path = "\(files.path)/\(name)"
            do throws(Uploads.PreparationError) {
                _ = try uploads.prepare("sendPhoto", ["photo": url(path)])
                Issue.record("\(name) was opened")
            } catch {
                guard case .refused(let refusal) = error else { throw error }
                #expect(refusal.description.contains("photo: \(path): belongs to the running pipegram"))
            }
        }
        let script =
            "import fcntl; fcntl.lockf(open('\(files.path)/moved', 'a'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        #expect(system("python3 -c \"\(script)\" 2>/dev/null") != 0)
    }
}
