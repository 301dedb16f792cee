import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite(.ownProcess) struct EventLoopWatchTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    @Test func `a handler gets the conditions its descriptor is ready for`() throws {
        let pipe = try rig.pipe()
        var readiness: EventLoop.Readiness = []
        try loop.watch(pipe.reader, for: .readable) { readiness = $0 }
        pipe.write("x")
        #expect(wait { readiness == .readable })
        pipe.closeWriter()
        #expect(wait { !readiness.isDisjoint(with: .closed) })
        loop.unwatch(pipe.reader)
    }

    @Test func `the watched conditions can be changed`() throws {
        let pipe = try rig.pipe()
        var calls = 0
        try loop.watch(pipe.writer, for: .readable) { _ in calls += 1 }
        #expect(!wait(within: .milliseconds(2)) { calls > 0 })
        loop.change(pipe.writer, to: .writable)
        #expect(wait { calls > 0 })
        loop.unwatch(pipe.writer)
    }

    @Test func `an edge is reported once, a level for as long as it lasts`() throws {
        let (edge, level) = (try rig.pipe(), try rig.pipe())
        var (edges, levels) = (0, 0)
        try loop.watch(edge.reader, for: [.readable, .edgeTriggered]) { _ in edges += 1 }
        try loop.watch(level.reader, for: .readable) { _ in levels += 1 }
        edge.write("x")
        level.write("x")
        #expect(wait { levels == 5 })
        #expect(edges == 1)
        edge.write("y")
        #expect(wait { levels == 10 })
        #expect(edges == 2)
        [edge, level].forEach { loop.unwatch($0.reader) }
    }

    @Test func `an unwatched descriptor is no longer reported, not even its events of the same turn`()
        throws
    {
        let pipes = [try rig.pipe(), try rig.pipe()]
        var called: [Int] = []
        for (index, pipe) in pipes.enumerated() {
            try loop.watch(pipe.reader, for: .readable) { _ in
                called.append(index)
                pipes.forEach { loop.unwatch($0.reader) }
            }
            pipe.write("x")
        }
        #expect(wait { !called.isEmpty })
        #expect(!wait(within: .milliseconds(2)) { called.count > 1 })
    }

    @Test func `a descriptor that reuses a number never gets the old one's event`() throws {
        let pipes = [try rig.pipe(), try rig.pipe()]
        var called: [Int] = []
        var (old, new): (Int32, Int32) = (-1, -1)
        for (index, pipe) in pipes.enumerated() {
            try loop.watch(pipe.reader, for: .readable) { _ in
                called.append(index)
                guard old < 0 else { return }
                // Both are ready. The other one's number is reused for an empty pipe.
                let other = pipes[1 - index]
                old = other.reader
                loop.unwatch(old)
                other.closeReader()
                new = dup(pipe.spare)
                try? loop.watch(new, for: .readable) { _ in called.append(-1) }
                loop.unwatch(pipe.reader)
            }
            pipe.write("x")
        }
        #expect(wait { !called.isEmpty })
        #expect(new == old)
        #expect(!wait(within: .milliseconds(2)) { called.count > 1 })
        loop.unwatch(new)
        close(new)
    }

    @Test func `a regular file can't be watched, and earlier watches still work`() throws {
        let file = open(files.write("file", "text"), O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        #expect(throws: SystemError("watching a descriptor", code: EPERM)) {
            try loop.watch(file, for: .readable) { _ in }
        }
        #expect(throws: SystemError("watching a descriptor", code: EBADF)) {
            try loop.watch(5000, for: .readable) { _ in }
        }
        let pipe = try rig.pipe()
        var heard = false
        try loop.watch(pipe.reader, for: .readable) { _ in heard = true }
        pipe.write("x")
        #expect(throws: SystemError("watching a descriptor", code: EEXIST)) {
            try loop.watch(pipe.reader, for: .readable) { _ in }
        }
        #expect(wait { heard })
        loop.unwatch(pipe.reader)
    }

    @Test func `unwatching a descriptor that isn't watched does nothing`() throws {
        loop.unwatch(-1)
        loop.unwatch(7)
        loop.unwatch(100_000)
    }

    @Test func `more descriptors than fit one wait are all reported`() throws {
        let pipes = try (0..<300).map { _ in try rig.pipe() }
        var told: Set<Int32> = []
        for pipe in pipes {
            try loop.watch(pipe.reader, for: .readable) { _ in
                told.insert(pipe.reader)
                loop.unwatch(pipe.reader)
            }
            pipe.write("x")
        }
        #expect(wait { told.count == 300 })
    }

    @Test func `writing to a broken pipe is an error, not a signal`() throws {
        let pipe = try rig.pipe()
        pipe.closeReader()
        #expect(write(pipe.writer, "x", 1) == -1)
        #expect(errno == EPIPE)
    }

    @Test func `a released loop closes its descriptor`() throws {
        _ = try EventLoop()
        let before = Processes.openDescriptors
        for _ in 0..<10 { _ = try EventLoop() }
        #expect(Processes.openDescriptors == before)
    }
}
