import Glibc
import JSON
import Testing

/// Bytes that nobody would write on purpose: they may be refused, but never crash, and what is read of them
/// is written so that it reads the same.
@Suite struct JSONMutationTests {
    private let samples = [
        #"{"update_id":9001,"message":{"from":{"id":42,"first_name":"Ада 🐈"},"text":"\ud83d\ude00 \u0434\n"}}"#,
        #"[1,-2.5e3,9223372036854775807,true,false,null,"",{"":[]},"a\u0000\\u\"\/"]"#,
        "[[[[{\"a\":{\"b\":[\"\u{2028}\",0.1]}}]]]] ",
    ]
    private let morsels = [
        "\"", "\\", "\\u", "\\ud83d", "\\ude00", "\\u0000", "{", "}", "[", "]", ":", ",", "1e308", "-",
        "\u{0}", "🐈",
        "null", "\n",
    ]

    private func random(_ limit: Int) -> Int { lrand48() % limit }

    /// A sample with one to four changes: bytes replaced, taken out, put in, doubled, or the rest cut off.
    private func mutated() -> [UInt8] {
        var bytes = Array(samples[random(samples.count)].utf8)
        for _ in 0...random(4) {
            let start = random(bytes.count + 1)
            let end = min(bytes.count, start + random(6))
            switch random(5) {
            case 0: bytes.replaceSubrange(start..<end, with: (start..<end).map { _ in UInt8(random(256)) })
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: morsels[random(morsels.count)].utf8, at: start)
            case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
            default: bytes.removeSubrange(start...)
            }
        }
        return bytes
    }

    private func expectRoundTrip(_ value: JSON, from bytes: [UInt8]) throws {
        let written = value.bytes
        let again = try JSON(parsing: written)
        guard again == value, again.bytes == written else {
            Issue.record("\(bytes) gives \(value), which gives \(again)")
            return
        }
    }

    @Test func `10,000 mutations are refused or read, and what is read can be written`() throws {
        srand48(20_240)
        var read = 0
        for _ in 0..<10_000 {
            let bytes = mutated()
            let plain = try? JSON(parsing: bytes)
            let repaired = bytes.withUnsafeBytes { try? JSON(repairing: $0) }
            let salvaged = bytes.withUnsafeBytes { try? JSON(salvaging: $0) }
            for value in [plain, repaired, salvaged] {
                guard let value else { continue }
                read += 1
                try expectRoundTrip(value, from: bytes)
            }
            // Each reads at least what the one before it reads, and the same.
            if let plain { #expect(repaired == plain) }
            if let repaired { #expect(salvaged == repaired) }
        }
        #expect((1000..<29_000).contains(read), "the mutations are too tame or too wild: \(read) were read")
    }
}
