import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct FileWatchTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `a file changes when it is written to or replaced by another file`() throws {
        let (bot, other) = (files.write("bot", "1"), files.write("other", "1"))
        symlink("bot", "\(files.path)/link")
        let watch = try FileWatch([bot, "\(files.path)/link", "-c", files.path], on: loop)
        #expect(watch.paths.count == 2)
        var changes: [String] = []
        watch.onChange = { changes.append($0) }

        files.write("other", "2")
        files.write("bot", "2")
        #expect(wait { changes == [bot] })
        rename(other, bot)
        #expect(wait { changes == [bot, bot] })
        // The replacement is watched too.
        files.write("bot", "3")
        #expect(wait { changes.count == 3 })
    }

    @Test func `simultaneous changes are reported once`() throws {
        let bot = files.write("bot", "1")
        let watch = try FileWatch([bot], on: loop)
        var changes = 0
        watch.onChange = { _ in changes += 1 }
        for number in 1...5 { files.write("bot", "\(number)") }
        #expect(wait { changes > 0 })
        #expect(changes == 1)
    }
}
