import TOML
import Testing

@Suite struct TOMLDocumentTests {
    private func entries(_ text: String) throws -> [TOMLDocument.Entry] {
        try TOMLDocument(Array(text.utf8)).entries
    }

    private func lines(_ entries: [TOMLDocument.Entry]) -> [String] { entries.map { "\($0.key):\($0.line)" } }

    @Test func `each value has its key, its type and its line`() throws {
        let entries = try entries("b = \"x\"\n# no\na = 5\n\nc = true\nd = 1.5\ne = 1979-05-27\n")
        #expect(lines(entries) == ["b:1", "a:3", "c:5", "d:6", "e:7"])
        #expect(entries.map(\.value) == [.string("x"), .integer(5), .boolean(true), .other, .other])
    }

    @Test func `a table has its keys by line, and an array its elements in order`() throws {
        let entries = try entries("[run]\nz = [3, \"a\",\n  1]\na = {x = 1}\n[chat]\n")
        #expect(lines(entries) == ["run:1", "chat:5"])
        guard case .table(let members) = entries[0].value, case .array(let elements) = members[0].value else {
            Issue.record("\(entries)")
            return
        }
        #expect(lines(members) == ["z:2", "a:4"])
        #expect(elements.map(\.value) == [.integer(3), .string("a"), .integer(1)])
        #expect(elements.map(\.line) == [2, 2, 3])
        #expect(entries[1].value == .table([]))
    }

    @Test func `texts keep their bytes`() throws {
        #expect(try entries(#"a = "é\u0000\n""#)[0].value == .string("é\0\n"))
        #expect(try entries("'ключ' = ''")[0].key == "ключ")
        #expect(try entries("") == [])
    }

    @Test(arguments: [
        ("a = 1\nb =\nc = 3\n", 2), ("a = 1\na = 2\n", 2), ("[run]\n[run]\n", 2), ("a = \"x\n", 1),
        ("x", 1), ("a = 1\n\nb = \"\u{1}\"", 3),
    ])
    func `an error has its line`(_ text: String, _ line: Int) {
        let error = #expect(throws: TOMLDocument.Malformed.self) { try TOMLDocument(Array(text.utf8)) }
        #expect(error?.line == line)
        #expect(error?.description.isEmpty == false)
    }

    @Test func `deep nesting is cut or rejected`() throws {
        let keys = Array(repeating: "a", count: 100).joined(separator: ".")
        #expect(try entries("\(keys) = 1").count == 1)
        let long = String(repeating: "a.", count: 20_000) + "a"
        for text in ["b = 1\n\(long) = 1", "\n[\(long)]", "\nb = {\(long) = 1}"] {
            #expect(#expect(throws: TOMLDocument.Malformed.self) { try entries(text) }?.line == 2)
        }
        #expect(try entries("a = \"\(long)\"").count == 1)
        let brackets = { (bracket: String) in String(repeating: bracket, count: 10_000) }
        #expect(throws: TOMLDocument.Malformed.self) { try entries("a = \(brackets("["))\(brackets("]"))") }
    }

    @Test func `bytes that are no UTF-8 are an error`() {
        #expect(throws: TOMLDocument.Malformed.self) { try TOMLDocument([0x61, 0x3D, 0x22, 0xFF, 0x22]) }
    }
}
