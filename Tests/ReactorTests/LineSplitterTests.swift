import Testing

@testable import Reactor

@Suite struct LineSplitterTests {
    private enum Line: Equatable {
        case whole(String)
        case tooLong(String)
    }

    /// Splits the pieces one after another and then, if told to, finishes.
    private func split(_ pieces: [some Collection<UInt8>], limit: Int = .max, finish: Bool = true) -> [Line] {
        var splitter = LineSplitter()
        var lines: [Line] = []
        let take = { (line: LineSplitter.Line) in
            switch line {
            case .whole(let bytes): lines.append(.whole(String(decoding: bytes, as: UTF8.self)))
            case .tooLong(let start): lines.append(.tooLong(String(decoding: start, as: UTF8.self)))
            }
        }
        for piece in pieces { Array(piece).withUnsafeBytes { splitter.split($0, limit: limit, take) } }
        if finish { splitter.finish(take) }
        return lines
    }

    private func split(_ text: String, limit: Int = .max) -> [Line] { split([text.utf8], limit: limit) }

    @Test func `each newline ends a line`() {
        #expect(split("a\n\nbc\n") == [.whole("a"), .whole(""), .whole("bc")])
        #expect(split("") == [])
        #expect(split("\n") == [.whole("")])
    }

    @Test func `no other character ends a line`() {
        let text = "a\r\u{0B}\u{0C}\u{85}\u{2028}\u{2029}\u{0}b"
        #expect(split(text + "\n") == [.whole(text)])
        #expect(split(["a\r".utf8, "\nb\n".utf8]) == [.whole("a\r"), .whole("b")])
    }

    @Test func `an unfinished line can be taken, up to its last whole character`() {
        var splitter = LineSplitter()
        var lines: [String] = []
        func split(_ bytes: [UInt8]) {
            bytes.withUnsafeBytes { bytes in
                splitter.split(bytes, limit: 100) {
                    if case .whole(let line) = $0 { lines.append(String(decoding: line, as: UTF8.self)) }
                }
            }
        }
        func part() -> String { String(decoding: splitter.takePart(), as: UTF8.self) }
        let wave = Array("👋".utf8)
        #expect(part() == "")
        split(Array("a\nb> ".utf8))
        #expect(splitter.isWithinLine)
        #expect(part() == "b> ")
        #expect(!splitter.isWithinLine)
        for cut in 1...3 {
            split(Array("x".utf8) + wave[..<cut])
            #expect(part() == "x")
            split(Array(wave[cut...]))
            #expect(part() == "👋")
        }
        split([0xFF, 0x80, 0x80, 0x80])
        #expect(part() == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        split(Array("c\n".utf8))
        #expect(lines == ["a", "c"])
    }

    @Test func `an unterminated last line counts only at the end`() {
        #expect(split("a\nb") == [.whole("a"), .whole("b")])
        #expect(split(["a\nb".utf8], finish: false) == [.whole("a")])
    }

    @Test(arguments: [Int.max, 12, 5, 3, 0])
    func `lines are the same wherever the stream is split`(limit: Int) {
        let bytes = Array("one\n\ntwo\r\n{\"ж\":\u{2028}}\nlonger than most lines\nlast\nopen".utf8)
        let whole = split([bytes], limit: limit)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                guard split(pieces, limit: limit) == whole else {
                    Issue.record("cut at \(first) and \(second): \(split(pieces, limit: limit))")
                    return
                }
            }
        }
        #expect(split(bytes.map { [$0] }, limit: limit) == whole)
    }

    @Test func `a line may be as long as the limit, and no longer`() {
        #expect(split("12345\n", limit: 5) == [.whole("12345")])
        #expect(split("12345", limit: 5) == [.whole("12345")])
        #expect(split("123456\n1\n", limit: 5) == [.tooLong("123456"), .whole("1")])
        #expect(split("123456", limit: 5) == [.tooLong("123456")])
        #expect(split("\n1\n", limit: 0) == [.whole(""), .tooLong("1")])
    }

    @Test func `the line after an overlong one is intact`() {
        let long = String(repeating: "x", count: 10_000)
        let pieces = [long, long, long + "\nnext\n" + long, "\nlast\n"].map(\.utf8)
        let told = Line.tooLong(String(repeating: "x", count: 1024))
        #expect(split(pieces, limit: 100) == [told, .whole("next"), told, .whole("last")])
    }

    @Test func `of an overlong line the first 1,024 bytes are reported, however it arrived`() {
        let long = String(repeating: "x", count: 4000)
        let told = [Line.tooLong(String(repeating: "x", count: 1024))]
        #expect(split("\(long)\n", limit: 2000) == told)
        #expect(split(["xx".utf8, "\(long)\n".utf8], limit: 2000) == told)
        #expect(split("\(long)\n".utf8.map { [$0] }, limit: 2000) == told)
        #expect(split("\(long)\n".utf8.map { [$0] }, limit: 10) == told)
    }

    @Test func `the end is reported once`() {
        var splitter = LineSplitter()
        var ends = 0
        Array("a\nb".utf8).withUnsafeBytes { splitter.split($0, limit: 10) { _ in ends += 1 } }
        splitter.finish { _ in ends += 1 }
        splitter.finish { _ in ends += 1 }
        #expect(ends == 2)
    }
}
