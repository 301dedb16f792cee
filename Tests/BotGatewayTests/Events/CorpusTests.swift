import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway

/// Tests a file with one update per line: `PIPEGRAM_CORPUS=FILE swift test`.
@Suite(.enabled(if: getenv("PIPEGRAM_CORPUS") != nil, "PIPEGRAM_CORPUS names no file of updates"))
struct CorpusTests {
    private func corpus() throws -> [JSON] {
        let path = try #require(getenv("PIPEGRAM_CORPUS").map { String(cString: $0) })
        return try ProjectFile.text(at: path).split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    @Test func `each update reaches its child unchanged and in the right scope`() throws {
        let updates = try corpus()
        #expect(!updates.isEmpty)
        for json in updates {
            let update = try Update(json)
            for choice in ScopeChoice.allCases {
                #expect(
                    IncomingEvent(update, by: choice)?.scope.description
                        == ExpectedScope.of(update.kind, update.payload, choice), "\(choice): \(json)")
            }
            guard let event = IncomingEvent(update, by: .bot) else { continue }
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

    @Test func `a redacted update keeps its scope, its shape and its entities`() throws {
        let redaction = Redaction(token: try BotToken("7:secret"))
        for json in try corpus() {
            let update = try Update(json)
            let redacted = try Update(try JSON(parsing: redaction.text(of: update)))
            #expect(redacted.id == update.id)
            #expect(redacted.kind == update.kind)
            #expect(IncomingEvent(redacted)?.scope == IncomingEvent(update)?.scope)
            compare(update.payload, redacted.payload)
        }
    }

    private func compare(_ before: JSON, _ after: JSON) {
        #expect(before.keys == after.keys)
        #expect(before.elements.count == after.elements.count)
        #expect(before.string?.utf16.count == after.string?.utf16.count)
        #expect(before.integer == after.integer)
        #expect(before.bool == after.bool)
        for (old, new) in zip(before.members, after.members) {
            compare(old.value, new.value)
            // Values that name a person or contain text.
            if ["first_name", "last_name", "phone_number", "text", "title", "file_id"].contains(old.key),
                let text = old.value.string, text.contains(where: \.isLetter), !text.hasPrefix("/")
            {
                #expect(new.value.string != text)
            }
        }
        for (old, new) in zip(before.elements, after.elements) { compare(old, new) }
    }

    /// Tests the whole program: replays the file to a bot that records its input.
    @Test(arguments: ["chat", "topic", "user", "bot"])
    func `a replay gives each child its own updates, in order`(_ name: String) throws {
        let choice = try #require(ScopeChoice(rawValue: name))
        let path = try #require(getenv("PIPEGRAM_CORPUS").map { String(cString: $0) })
        let rig = try TestRig()
        let files = rig.files
        let script = """
            #!/bin/sh
            file="$TRANSCRIPTS/$(printf %s "$PIPEGRAM_SCOPE" | tr / _)"
            while read -r line; do printf '%s\\n' "$line" >>"$file"; done
            """
        let run = try rig.pipegram(
            [
                "replay", "--scope", name, path, "--",
                files.write("writes-down.sh", script),
            ], environment: ["TRANSCRIPTS": files.path])
        #expect(run.wait(within: .seconds(60)) == 0)
        #expect(run.errorText == "")
        var expected: [String: [JSON]] = [:]
        var parties: [String: (chat: JSON?, user: JSON?)] = [:]
        for json in try corpus() {
            let update = try Update(json)
            guard let scope = ExpectedScope.of(update.kind, update.payload, choice),
                let event = IncomingEvent(update, by: choice)
            else { continue }
            if expected[scope] == nil {
                parties[scope] = ExpectedScope.party(update.kind, update.payload, choice)
            }
            expected[scope, default: []].append(try JSON(parsing: event.line))
        }
        for (scope, events) in expected {
            let file = scope.replacing("/", with: "_")
            let lines = try (files.read(file)?.split(separator: "\n") ?? []).map {
                try JSON(parsing: String($0))
            }
            #expect(Array(lines.dropFirst().dropLast()) == events, "\(scope)")
            #expect(lines.first?["chat"] == parties[scope]?.chat, "\(scope)")
            #expect(lines.first?["user"] == parties[scope]?.user, "\(scope)")
            let thread = scope.split(separator: "/").last?.split(separator: "topic:").last.flatMap {
                Int64($0)
            }
            #expect(lines.first?["message_thread_id"]?.integer == thread, "\(scope)")
            let topic = scope.split(separator: "/direct:").dropFirst().last.flatMap { Int64($0) }
            #expect(lines.first?["direct_messages_topic_id"]?.integer == topic, "\(scope)")
        }
    }
}
