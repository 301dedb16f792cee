import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// All lines in the pipes match docs/protocol.schema.json.
@Suite struct ProtocolTests {
    @Test func `every line in the pipes matches the schema`() throws {
        let test = try TestRig().gateway()
        let options = ["--ack", "event", "--idle-timeout", "100ms"]
        let bot = [ProjectPaths.bot("tap.sh"), test.files.path, ProjectPaths.bot("every-line.sh")]
        let gateway = try test.run(options + ["--"] + bot)
        for _ in 1...2 {
            test.telegram.fail(method: "sendPoll", with: .error(400, "Bad Request: POLL_OPTIONS_EMPTY"))
            test.telegram.fail(method: "sendContact", with: .closeAfter)
            test.telegram.fail(method: "getFile", with: .error(400, "Bad Request: invalid file_id"))
            test.say("x", in: 42)
            #expect(test.waitForLog("status 0 (idle)"))
        }
        #expect(test.wait { gateway.errors.count { $0.contains("status 0 (idle)") } == 2 })
        #expect(test.stop() == 0)

        let schema = try ProjectFile.protocolSchema()
        var seen: [String: Int] = [:]
        for (file, direction, kinds) in [
            ("in", "toChild", ["scope", "event", "wakeUp", "success", "failure", "unknown", "disconnect"]),
            ("out", "fromChild", ["call", "download", "ack", "state", "wake", "keepAlive"]),
        ] {
            for line in test.files.read("chat:42.\(file)")?.split(separator: "\n") ?? [] {
                let json = try JSON(parsing: String(line))
                #expect(schema.faults(in: json, as: direction) == [], "\(line)")
                for kind in kinds where schema.admits(json, as: kind) { seen[kind, default: 0] += 1 }
            }
        }
        #expect(
            seen == [
                "scope": 2, "event": 2, "success": 2, "failure": 6, "unknown": 2, "disconnect": 2, "call": 10,
                "download": 2, "ack": 4, "state": 2, "keepAlive": 2, "wake": 4, "wakeUp": 2,
            ])
    }

    /// The other test relies on this.
    @Test func `a tapped program behaves as it would alone`() throws {
        let test = try TestRig().gateway()
        let tap = [ProjectPaths.bot("tap.sh"), test.files.path]
        let exits = try test.rig.run(
            tap + ["sh", "-c", #"read -r x; echo "$x $x"; exit 3"#], environment: ["PIPEGRAM_SCOPE": "a/b"])
        exits.write("one\n")
        #expect(exits.wait() == 3)
        #expect(exits.output == ["one one"])
        let reads = try test.rig.run(tap + ["cat"], environment: ["PIPEGRAM_SCOPE": "a/b"])
        reads.write("two\n")
        #expect(test.wait { reads.output == ["two"] })
        reads.endInput()
        #expect(reads.wait() == 0)
        #expect(test.files.read("a_b.in") == "one\ntwo\n")
        #expect(test.files.read("a_b.out") == "one one\ntwo\n")
    }
}
