import Testing

@testable import Reactor

@Suite struct ControlCharactersTests {
    @Test(arguments: [
        ("plain äöü 🙂 \\", "plain äöü 🙂 \\"), ("a\nb\rc\td", "a\\nb\\rc\\td"), ("\u{1B}[31m", "\\u{1b}[31m"),
        ("a\u{202E}b", "a\\u{202e}b"), ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
        ("\u{7F}\u{9B}", "\\u{7f}\\u{9b}"),
        ("\u{2066}\u{200F}\u{61C}", "\\u{2066}\\u{200f}\\u{61c}"), ("👩\u{200D}🚒", "👩\u{200D}🚒"),
    ])
    func `control and direction characters are escaped, others stay`(_ text: String, _ escaped: String) {
        #expect(text.escapingControls == escaped)
    }

    @Test func `in JSON they are JSON's escapes`() {
        #expect(#"{"a":"\#u{202E}b\#u{9B}"}"#.escapingControlsInJSON == #"{"a":"\u202eb\u009b"}"#)
    }
}
