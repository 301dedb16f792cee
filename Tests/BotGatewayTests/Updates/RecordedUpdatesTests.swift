import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct RecordedUpdatesTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    /// What a source has reported.
    private final class Taken {
        var updates: [Update] = []
        var batches = 0
        var ended = 0
        var failure: GatewayFailure?
    }

    private func start(_ source: RecordedUpdates) -> Taken {
        let taken = Taken()
        source.onUpdates = {
            taken.updates += $0.updates
            taken.batches += 1
        }
        source.onEnd = {
            taken.ended += 1
            taken.failure = $0
        }
        source.start()
        return taken
    }

    private func log(_ count: Int, text: String = "hi") -> String {
        (1...count).map { #"{"update_id":\#($0),"message":{"text":"\#(text)"}}"# + "\n" }.joined()
    }

    /// A log that is read in three pieces.
    private func longLog() -> String { log(70, text: String(repeating: "x", count: 10_000)) }

    private func open(_ name: String, _ text: String) throws -> RecordedUpdates {
        try RecordedUpdates(path: files.write(name, text), on: loop)
    }

    @Test func `a file's updates come in order, with their lines, and then the end`() throws {
        let source = try open("log", log(3))
        let taken = start(source)
        #expect(source.isFile)
        #expect(taken.ended == 0, "nothing comes before start has returned")
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.map(\.id) == [1, 2, 3])
        #expect(taken.updates.map(\.line) == [1, 2, 3])
        #expect(taken.failure == nil)
        #expect(taken.ended == 1)
    }

    @Test func `an empty file ends without updates`() throws {
        let source = try open("log", "")
        let taken = start(source)
        #expect(wait { taken.ended > 0 })
        #expect(taken.batches == 0)
        #expect(taken.failure == nil)
    }

    @Test func `a long file is read in pieces, only when updates are wanted`() throws {
        let source = try open("log", longLog())
        let taken = start(source)
        source.mayGoOn = { taken.batches < 2 }
        #expect(wait { taken.batches == 2 })
        #expect(!wait(within: .milliseconds(30)) { taken.batches > 2 || taken.ended > 0 })
        source.mayGoOn = { true }
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.map(\.id) == Array(1...70))
    }

    @Test func `updates from a pipe arrive as they are written, until its writer closes it`() throws {
        let pipe = try rig.pipe()
        let source = try RecordedUpdates(path: "/dev/fd/\(pipe.reader)", on: loop)
        #expect(!source.isFile)
        let taken = start(source)
        pipe.write(#"{"update_id":1,"message":{}}{"upd"#)
        #expect(wait { taken.updates.count == 1 })
        pipe.write(#"ate_id":2,"message":{}}"#)
        #expect(wait { taken.updates.count == 2 })
        #expect(taken.ended == 0)
        pipe.closeWriter()
        #expect(wait { taken.ended > 0 })
        #expect(taken.failure == nil)
    }

    @Test func `a pipe is also read only when updates are wanted`() throws {
        let pipe = try rig.pipe()
        let source = try RecordedUpdates(path: "/dev/fd/\(pipe.reader)", on: loop)
        let taken = start(source)
        var asked = 0
        source.mayGoOn = {
            asked += 1
            return false
        }
        pipe.write(log(3))
        pipe.closeWriter()
        #expect(wait { asked > 3 })
        #expect(taken.batches == 0)
        #expect(taken.ended == 0)
        source.mayGoOn = { true }
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.count == 3)
    }

    @Test func `a source that is always ready, such as /dev/null, ends too`() throws {
        let source = try RecordedUpdates(path: "/dev/null", on: loop)
        let taken = start(source)
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.isEmpty)
        #expect(taken.failure == nil)
    }

    @Test func `a syntax error ends a log after the updates before it and names the file and position`()
        throws
    {
        let source = try open("log", log(2) + "  oops\n" + log(2))
        let taken = start(source)
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.map(\.id) == [1, 2])
        #expect(taken.failure?.kind == .malformedLog)
        #expect(
            taken.failure?.description
                == "\(files.path)/log: line 3, column 3: expected an update, an object with 'update_id'")
        #expect(taken.ended == 1)
    }

    @Test func `an object that isn't an update ends a log`() throws {
        for (object, reason) in [
            (#"{"a":1}"#, "an update needs 'update_id', a whole number"),
            (#"{"update_id":5}"#, "update 5 needs an object beside 'update_id', such as 'message'"),
        ] {
            let source = try open("log", log(1) + " \(object)")
            let taken = start(source)
            #expect(wait { taken.ended > 0 })
            #expect(taken.updates.count == 1)
            #expect(taken.failure?.description.hasSuffix("line 2, column 2: \(reason)") == true)
        }
    }

    @Test func `a truncated log fails at its end`() throws {
        let source = try open("log", log(2) + #"{"update_id":3,"#)
        let taken = start(source)
        #expect(wait { taken.ended > 0 })
        #expect(taken.updates.count == 2)
        #expect(taken.failure?.kind == .malformedLog)
    }

    @Test func `a missing file and a directory can't be opened`() {
        func reason(_ path: String) -> String? {
            do throws(SystemError) {
                _ = try RecordedUpdates(path: path, on: loop)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(reason("/nowhere/log") == "/nowhere/log: No such file or directory")
        #expect(reason(files.path) == "\(files.path): Is a directory")
    }

    @Test func `after stop nothing comes, not even the end, and confirm completes at once`() throws {
        let source = try open("log", log(3))
        let taken = start(source)
        source.stop()
        var confirmed = 0
        source.confirm { confirmed += 1 }
        #expect(confirmed == 1)
        #expect(!wait(within: .milliseconds(20)) { taken.batches + taken.ended > 0 })
    }

    @Test func `stop during a piece ends the updates after that piece`() throws {
        let source = try open("log", longLog())
        let taken = Taken()
        source.onUpdates = { [unowned source] in
            taken.updates += $0.updates
            source.stop()
        }
        source.onEnd = { _ in taken.ended += 1 }
        source.start()
        #expect(wait { !taken.updates.isEmpty })
        let count = taken.updates.count
        #expect(
            !wait(within: .milliseconds(20)) { taken.updates.count > count || taken.ended > 0 })
        #expect(count < 70)
    }
}
