import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct UpdateRecordTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    private func record() throws -> UpdateRecord {
        try UpdateRecord(path: "\(files.path)/log", redaction: nil, on: loop, log: log.logger)
    }

    private func update(_ id: Int, _ text: String = "hi") throws -> Update {
        let line = #"{"update_id":\#(id),"message":{"text":"\#(text)"}}"#
        return try Update(try JSON(parsing: line), text: Array(line.utf8))
    }

    private func line(_ id: Int, _ text: String = "hi") -> String {
        #"{"update_id":\#(id),"message":{"text":"\#(text)"}}"# + "\n"
    }

    @Test func `an update is written with its numbers and key order, without white space`() throws {
        let text = #"{ "message": {"b": 1.50, "a": 1E3, "text":"\u0434\n"}, "update_id": 5 }"#
        let record = try record()
        var done = 0
        record.add([try Update(try JSON(parsing: text), text: Array(text.utf8))]) { done += 1 }
        #expect(done == 1)
        #expect(files.read("log") == #"{"message":{"b":1.50,"a":1E3,"text":"д\n"},"update_id":5}"# + "\n")
    }

    @Test func `an update that an earlier run wrote isn't written again`() throws {
        files.write("log", line(1) + line(2))
        let record = try record()
        var done = 0
        record.add([try update(1), try update(2)]) { done += 1 }
        record.add([try update(2), try update(3)]) { done += 1 }
        #expect(done == 2)
        #expect(files.read("log") == line(1) + line(2) + line(3))
    }

    @Test func `another bot's update with the same id is written`() throws {
        files.write("log", line(1, "another"))
        try record().add([try update(1)]) {}
        #expect(files.read("log") == line(1, "another") + line(1))
    }

    @Test func `an incomplete last update is removed, and a complete one without a newline is kept`() throws {
        files.write("log", line(1) + line(2).dropLast(3))
        try record().add([try update(3)]) {}
        #expect(files.read("log") == line(1) + line(3))
        files.write("log", line(1) + line(2).dropLast())
        let record = try record()
        record.add([try update(2), try update(3)]) {}
        #expect(files.read("log") == line(1) + line(2) + line(3))
    }

    @Test(arguments: ["dear diary", "one\ntwo", "{\n}", "\u{0}PNG"])
    func `a file that ends with an incomplete line of something else is left unchanged`(_ text: String) throws
    {
        let path = files.write("log", text)
        do throws(GatewayFailure) {
            _ = try UpdateRecord(path: path, redaction: nil, on: loop, log: log.logger)
            Issue.record("it was not refused")
        } catch {
            #expect(error.kind == .unusableState)
            #expect(error.description.hasPrefix("\(path) ends with an incomplete line that is no update"))
        }
        #expect(files.read("log") == text)
    }

    @Test func `updates are passed on once they are on file, and none after a stop`() throws {
        let inner = FakeSource()
        let source = RecordingSource(inner, in: try record())
        var batches: [(ids: [Int64], file: String?)] = []
        source.onUpdates = { [files] batch in
            batches.append((batch.updates.map(\.id), files.read("log")))
            batch.taken()
        }
        source.start()
        inner.give([try update(1), try update(2)])
        #expect(batches.map(\.ids) == [[1, 2]])
        #expect(batches.first?.file == line(1) + line(2))
        #expect(inner.taken.count == 1)
        source.stop()
        inner.give([try update(3)])
        #expect(batches.count == 1)
        #expect(inner.taken.count == 1)
    }

    @Test func `a file that another process records to is refused`() throws {
        // A process always gets locks that it holds itself, so another process must hold this one.
        let path = files.write("log", "")
        let script =
            "import fcntl,sys,time; f=open('\(path)','a'); fcntl.lockf(f,fcntl.LOCK_EX); print('locked',flush=True); sys.stdin.read()"
        let holder = try rig.run(["python3", "-c", script])
        #expect(wait { !holder.output.isEmpty })
        do throws(GatewayFailure) {
            _ = try UpdateRecord(path: path, redaction: nil, on: loop, log: log.logger)
            Issue.record("it was not refused")
        } catch {
            #expect(error.kind == .noState)
            #expect(error.description.contains("\(path) is in use by process \(holder.pid)"))
        }
        holder.endInput()
        holder.wait()
    }
}
