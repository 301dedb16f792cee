import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

/// Tries a file of updates, one a line: `PIPEGRAM_CORPUS=FILE swift test`.
@Suite(.enabled(if: getenv("PIPEGRAM_CORPUS") != nil, "PIPEGRAM_CORPUS names no file of updates"))
struct CorpusTests {
    private func corpus() throws -> [JSON] {
        let path = try #require(getenv("PIPEGRAM_CORPUS").map { String(cString: $0) })
        let loop = try EventLoop()
        let run = try ProgramRun(["cat", path], on: loop)
        #expect(run.wait() == 0)
        return try run.output.map { try JSON(parsing: $0) }
    }

    @Test func `each update reaches its child with every value as it came, or belongs to nobody`() throws {
        let updates = try corpus()
        #expect(!updates.isEmpty)
        for json in updates {
            let update = try Update(json)
            guard let event = IncomingEvent(update) else {
                #expect(Route(kind: update.kind, payload: update.payload) == nil)
                continue
            }
            let line = try JSON(parsing: event.line)
            #expect(line["type"]?.string == "telegram.\(update.kind)")
            #expect(line["update_id"] == json["update_id"])
            let expected = update.payload.members.map { $0.key == "type" ? "\(update.kind)_type" : $0.key }
            #expect(line.keys == ["type", "update_id"] + expected)
            for (key, value) in update.payload.members {
                #expect(line[key == "type" ? "\(update.kind)_type" : key] == value)
            }
        }
    }

    /// The whole program: replayed to a bot that writes down what it reads.
    @Test func `a replay gives every child what is its own, in order`() throws {
        let path = try #require(getenv("PIPEGRAM_CORPUS").map { String(cString: $0) })
        let files = TemporaryDirectory()
        let script = """
            #!/bin/sh
            file="$TRANSCRIPTS/$(printf %s "$PIPEGRAM_SCOPE" | tr / _)"
            while read -r line; do printf '%s\\n' "$line" >>"$file"; done
            """
        let run = try ProgramRun(
            [Places.pipegram, "replay", path, "--", files.write("bot", script)],
            environment: ["TRANSCRIPTS": files.path], on: try EventLoop())
        #expect(run.wait(within: .seconds(60)) == 0)
        #expect(run.errorText == "")
        var expected: [String: [JSON]] = [:]
        for json in try corpus() {
            guard let event = IncomingEvent(try Update(json)) else { continue }
            expected[event.scope.description, default: []].append(try JSON(parsing: event.line))
        }
        for (scope, events) in expected {
            let file = scope.replacing("/", with: "_")
            let lines = try (files.read(file)?.split(separator: "\n") ?? []).map {
                try JSON(parsing: String($0))
            }
            #expect(Array(lines.dropFirst().dropLast()) == events, "\(scope)")
        }
    }
}
