import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct FileWatchTests {
    let files = TemporaryDirectory()

    @Test func `a file changes when it is written to or replaced by another file`() throws {
        let loop = try EventLoop()
        let (bot, other) = (files.write("bot", "1"), files.write("other", "1"))
        symlink("bot", "\(files.path)/link")
        let watch = try FileWatch([bot, "\(files.path)/link", "-c", files.path], on: loop)
        #expect(watch.paths.count == 2)
        var changes: [String] = []
        watch.onChange = { changes.append($0) }

        files.write("other", "2")
        files.write("bot", "2")
        #expect(loop.run(until: { changes == [bot] }, within: .seconds(20)))
        rename(other, bot)
        #expect(loop.run(until: { changes == [bot, bot] }, within: .seconds(20)))
        // The replacement is watched too.
        files.write("bot", "3")
        #expect(loop.run(until: { changes.count == 3 }, within: .seconds(20)))
    }

    @Test func `simultaneous changes are reported once`() throws {
        let loop = try EventLoop()
        let bot = files.write("bot", "1")
        let watch = try FileWatch([bot], on: loop)
        var changes = 0
        watch.onChange = { _ in changes += 1 }
        for number in 1...5 { files.write("bot", "\(number)") }
        #expect(loop.run(until: { changes > 0 }, within: .seconds(20)))
        #expect(changes == 1)
    }
}
