import JSON
import TestSupport
import Testing

/// What docs/protocol.md shows can be pasted.
@Suite struct ProtocolDocumentTests {
    /// The lines of its blocks of JSON, and those in its text.
    private func lines() throws -> [String] {
        var lines: [String] = []
        var isJSON = false
        for line in try ProjectFile.text("docs/protocol.md").split(separator: "\n") {
            if line.hasPrefix("```") {
                isJSON = line == "```json"
            } else if isJSON {
                lines.append(String(line))
            } else {
                lines += line.split(separator: "`").filter { $0.hasPrefix(#"{"type":"#) }.map(String.init)
            }
        }
        return lines
    }

    @Test func `every line that it shows is one of the protocol's`() throws {
        let schema = try ProjectFile.protocolSchema()
        let lines = try lines()
        #expect(lines.count > 30)
        for line in lines {
            let json = try JSON(parsing: line)
            let type = json["type"]?.string ?? ""
            let isForChild =
                ["telegram", "telegram.result", "telegram.disconnect"].contains(type)
                || json["update_id"] != nil && type != "telegram.ack"
            #expect(schema.faults(in: json, as: isForChild ? "toChild" : "fromChild") == [], "\(line)")
        }
    }

    @Test func `every line of a child that it shows is read by the gateway`() throws {
        let schema = try ProjectFile.protocolSchema()
        for line in try lines() {
            let json = try JSON(parsing: line)
            guard schema.admits(json, as: "fromChild"), !schema.admits(json, as: "toChild") else { continue }
            #expect(ChildLine(line).event != nil, "\(line)")
        }
    }
}
