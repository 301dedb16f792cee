import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct ChildFilesTests {
    private func write(_ path: String) {
        let file = try? OutputFile(creating: path)
        try? file?.append(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    @Test func `each file has its own directory inside its scope's`() throws {
        let directory = TemporaryDirectory()
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        #expect(files.directory == nil)
        let base = "\(directory.path)/files"
        #expect(try files.makePath(for: .chat(-42), name: "a.jpg") == "\(base)/chat--42/1/a.jpg")
        #expect(try files.makePath(for: .chat(-42), name: "a.jpg") == "\(base)/chat--42/2/a.jpg")
        #expect(try files.makePath(for: .bot, name: "a.jpg") == "\(base)/bot/1/a.jpg")
    }

    @Test func `names of scopes and files can't escape their directory`() throws {
        let directory = TemporaryDirectory()
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        let base = "\(directory.path)/files"
        let names = ["../../x", "..", "", ".hidden", "a/b", "ü\n👋", String(repeating: "n", count: 1000)]
        let scopes: [Scope] = [
            .business(connection: "../..", chat: 1), .business(connection: "a/b", chat: 1),
            .business(connection: "a_b", chat: 1), .business(connection: "a-b", chat: 1),
            .topic(chat: -100, thread: 3), .chat(-100),
        ]
        var places: Set<String> = []
        for scope in scopes {
            for name in names {
                let path = try files.makePath(for: scope, name: name)
                write(path)
                let resolved = try InputFile(path).resolvedPath
                #expect(resolved == path)
                #expect(path.hasPrefix(base + "/"))
                places.insert(path)
            }
        }
        #expect(places.count == scopes.count * names.count)
        #expect(Directory.names(in: base).count == scopes.count)
    }

    @Test func `a child's files are removed with it, and the next child's stay`() throws {
        let directory = TemporaryDirectory()
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        let first = try files.makePath(for: .chat(1), name: "a")
        write(first)
        let taken = files.release(of: .chat(1))
        let second = try files.makePath(for: .chat(1), name: "a")
        write(second)
        files.remove(taken, of: .chat(1))
        #expect((try? InputFile(first)) == nil)
        #expect((try? InputFile(second)) != nil)
        files.remove(files.release(of: .chat(1)), of: .chat(1))
        #expect(directory.names("files") == [])
        #expect(try files.makePath(for: .chat(1), name: "a").hasSuffix("/chat-1/1/a"))
    }

    @Test func `an earlier run's files are removed, and this run's stay`() throws {
        let directory = TemporaryDirectory()
        let earlier = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        write(try earlier.makePath(for: .chat(1), name: "a"))
        write(try earlier.makePath(for: .chat(2), name: "a"))
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        let path = try files.makePath(for: .chat(3), name: "a")
        write(path)
        files.removeRecovered()
        #expect(directory.names("files") == ["chat-3"])
        #expect((try? InputFile(path)) != nil)
    }

    @Test func `after a restart no path of an earlier file is reused`() throws {
        let directory = TemporaryDirectory()
        let earlier = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        let old = try earlier.makePath(for: .chat(1), name: "a")
        write(old)
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        let new = try files.makePath(for: .chat(1), name: "a")
        #expect(new != old)
        files.removeRecovered()
        #expect((try? InputFile(old)) == nil)
    }

    @Test func `a temporary directory is created for the first file and removed at the end`() throws {
        let directory = TemporaryDirectory()
        do {
            let files = ChildFiles(in: nil, temporaryDirectory: directory.path)
            #expect(directory.names() == [])
            write(try files.makePath(for: .chat(1), name: "a"))
            #expect(directory.names().count == 1)
        }
        #expect(directory.names() == [])
    }

    @Test func `a directory that can't be created is an error`() {
        let files = ChildFiles(in: "/proc/nowhere", temporaryDirectory: "/nowhere")
        #expect(throws: SystemError.self) { try files.makePath(for: .chat(1), name: "a") }
    }

    @Test func `only listed files are removed after a kill, and links aren't followed`() throws {
        let directory = TemporaryDirectory()
        let earlier = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        for chat in 1...3 as ClosedRange<Int64> { write(try earlier.makePath(for: .chat(chat), name: "a")) }
        for name in ["part-7-1", "partly"] { directory.write("files/chat-1/1/a.\(name)", "") }
        mkdir("\(directory.path)/files/mine", 0o700)
        directory.write("files/mine/b", "")
        // The bot has put its own directory elsewhere, and a link in its place.
        rename("\(directory.path)/files/chat-2", "\(directory.path)/elsewhere")
        symlink("\(directory.path)/elsewhere", "\(directory.path)/files/chat-2")
        directory.write("files.list", (directory.read("files.list") ?? "") + "../elsewhere/1\n/etc/x/y\nhalf")
        ChildFiles(in: directory.path, temporaryDirectory: "/nowhere").removeRecovered()
        #expect(directory.names("files") == ["chat-1", "chat-2", "mine"])
        #expect(directory.names("files/chat-1/1") == ["a.partly"])
        #expect(directory.names("elsewhere/1") == ["a"])
        #expect(directory.names("files/mine") == ["b"])
        #expect(directory.names() == ["elsewhere", "files"])
    }

    @Test func `a file is listed before it is made, and the list doesn't grow for ever`() throws {
        let directory = TemporaryDirectory()
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        _ = try files.makePath(for: .chat(1), name: "kept")
        for _ in 1...500 {
            _ = try files.makePath(for: .chat(2), name: "a")
            files.remove(files.release(of: .chat(2)), of: .chat(2))
        }
        let lines = directory.read("files.list")?.split(separator: "\n") ?? []
        #expect(lines.contains("chat-1/1/kept"))
        #expect(lines.count < 110)
    }

    @Test func `nothing is downloaded through a link out of the state`() throws {
        let directory = TemporaryDirectory()
        mkdir("\(directory.path)/elsewhere", 0o700)
        symlink("\(directory.path)/elsewhere", "\(directory.path)/files")
        let files = ChildFiles(in: directory.path, temporaryDirectory: "/nowhere")
        #expect(throws: SystemError.self) { try files.makePath(for: .chat(1), name: "a") }
        #expect(directory.names("elsewhere").isEmpty)
    }
}

/// Files of children in a box, whose directory may be full of traps.
@Suite struct ConfinedFilesTests {
    private let home = TemporaryDirectory()

    private func files() -> ChildFiles {
        mkdir("\(home.path)/own", 0o755)
        return ChildFiles(in: nil, temporaryDirectory: "/nowhere") { [home] scope in
            scope == .bot ? .nowhere : .directory("\(home.path)/own")
        }
    }

    private func write(_ files: ChildFiles, to path: String?, scope: Scope = .chat(42)) throws -> String {
        var parameters: JSON = ["file_id": "f"]
        if let path { parameters.set("path", JSON(path)) }
        let call = try Call(type: Call.downloadType, parameters: parameters, id: "d", in: scope)
        let answer = files.answer(to: call, for: scope, name: "a b.txt") { (path) throws(SystemError) in
            try File.write(Array("new".utf8), to: path)
            return 3
        }
        return try answer.get()["path"]?.string ?? ""
    }

    @Test func `a file goes to a path in the child's directory`() throws {
        let files = files()
        #expect(try write(files, to: "\(home.path)/own/x") == "\(home.path)/own/x")
        #expect(try write(files, to: "y") == "\(home.path)/own/y")
        mkdir("\(home.path)/own/deep", 0o755)
        #expect(try write(files, to: "deep/../deep/z") == "\(home.path)/own/deep/../deep/z")
        #expect(
            home.read("own/x") == "new" && home.read("own/y") == "new" && home.read("own/deep/z") == "new")
    }

    @Test func `no path and no link leads out of it`() throws {
        let files = files()
        symlink(home.path, "\(home.path)/own/out")
        symlink("/proc/self/fd", "\(home.path)/own/fds")
        home.write("kept", "old")
        symlink("\(home.path)/kept", "\(home.path)/own/link")
        for path in [
            "/etc/x", "../x", "out/kept", "\(home.path)/kept", "fds/1", "x/", "..", "",
            "\(home.path)/own/../kept",
        ] {
            #expect(throws: (any Error).self) { try write(files, to: path) }
        }
        #expect(home.names() == ["kept", "own"])
        // A link itself is replaced.
        #expect(try write(files, to: "link") == "\(home.path)/own/link")
        #expect(home.read("kept") == "old")
        #expect(throws: (any Error).self) { try write(files, to: "x", scope: .bot) }
    }

    @Test func `a file without a path goes into it, and is deleted after the child`() throws {
        let files = files()
        #expect(try write(files, to: nil) == "\(home.path)/own/files/1/a-b.txt")
        #expect(try write(files, to: nil) == "\(home.path)/own/files/2/a-b.txt")
        files.remove(files.release(of: .chat(42)), of: .chat(42))
        #expect(home.names("own") == [])
        // A child can't make the gateway delete another file.
        _ = try write(files, to: nil)
        Directory.remove("\(home.path)/own/files/1")
        mkdir("\(home.path)/other", 0o755)
        home.write("other/a-b.txt", "kept")
        symlink("\(home.path)/other", "\(home.path)/own/files/1")
        files.remove(files.release(of: .chat(42)), of: .chat(42))
        #expect(home.read("other/a-b.txt") == "kept")
    }
}
