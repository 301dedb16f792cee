import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct TextEntitiesTests {
    /// Returns the detected entities in order, as in `mention @name`.
    private func found(_ text: String) -> [String] {
        let units = Array(text.utf16)
        return TextEntities.find(in: text).map { entity in
            "\(entity.kind.rawValue) \(String(decoding: units[entity.offset..<entity.end], as: UTF16.self))"
        }
    }

    private func found(_ kind: String, _ text: String) -> [String] {
        found(text).filter { $0.hasPrefix("\(kind) ") }.map { String($0.dropFirst(kind.count + 1)) }
    }

    /// Each line of `Tests/Data/found.ndjson` has a text, and the parts of a `kind` that Telegram `finds` in it.
    @Test func `the same entities are detected as by Telegram`() throws {
        let cases = try ProjectFile.text("Tests/Data/found.ndjson").split(separator: "\n").map {
            try JSON(parsing: String($0))
        }
        #expect(cases.count > 300)
        for example in cases {
            let text = try #require(example["text"]?.string)
            let finds = example["finds"]?.elements.compactMap(\.string)
            #expect(found(example["kind"]?.string ?? "", text) == finds, "\(example)")
        }
    }

    @Test func `mentions are detected between words`() {
        #expect(
            found("mention", "@abcde @xyzxy @xxxxx@yyyyy @ttt no@mention") == ["@abcde", "@xyzxy", "@xxxxx"])
        #expect(
            found("mention", "@ya @gif @wiki @VID @cap нет@mention (@bold)") == [
                "@gif", "@wiki", "@VID", "@bold",
            ])
        #expect(
            found("mention", "@abcdefghijklmnopqrstuvwxyz123456") == ["@abcdefghijklmnopqrstuvwxyz123456"])
        #expect(found("mention", "@abcdefghijklmnopqrstuvwxyz1234567 @имя") == [])
    }

    @Test func `commands are detected, with the bot's name`() {
        #expect(found("bot_command", "/abc /a@abc, 😀/x") == ["/abc", "/a@abc", "/x"])
        #expect(found("bot_command", "/a@b /@bfdsa /test/ a/b </b> //c /д") == [])
    }

    @Test func `hashtags need a letter, and cashtags a valid symbol`() {
        #expect(
            found("hashtag", "#a #я #123a #te·st #a™ (#b)") == ["#a", "#я", "#123a", "#te·st", "#a", "#b"])
        #expect(found("hashtag", "# ## #123 я#a #a# #a#b") == [])
        let digits = String(repeating: "1", count: 255)
        #expect(found("hashtag", "#\(digits)a") == ["#\(digits)a"])
        #expect(found("hashtag", "#\(digits)1a") == [])
        #expect(
            found("cashtag", "$A $ABCDEFGH $1INCH... $ABC$DEF ™$ABC™") == [
                "$A", "$ABCDEFGH", "$1INCH", "$ABC",
            ])
        #expect(found("cashtag", "$a $ABCDEFGHJ $$XYZ $ABC1 1$ABC $1INC $ABС") == [])
    }

    @Test func `links are detected by a protocol or a known domain`() {
        let text =
            "telegram.org. (https://a.bc/c) HTTP://x.yz:80/z?q#f, a.notadomain 127.0.0.1/x 1.2 пример.рф"
        #expect(
            found("url", text) == [
                "telegram.org", "https://a.bc/c", "HTTP://x.yz:80/z?q#f", "127.0.0.1/x", "пример.рф",
            ])
        #expect(found("url", "see http://[x].com sftp://a.com /a.com #a.com @a.com") == [])
        #expect(
            found("url", "user:pass@a.com/x http://user@b.com ftp://c.org") == [
                "user:pass@a.com/x", "http://user@b.com", "ftp://c.org",
            ])
        #expect(found("url", "t.me/a_(b) t.me/a) t.me/x!") == ["t.me/a_(b)", "t.me/a", "t.me/x"])
        #expect(found("url", "https://localhost a..b a_b.com/ x.a_b.com -a.com") == ["-a.com"])
        #expect(found("url", "tg://resolve?domain=x. TON://a tg://") == ["tg://resolve?domain=x", "TON://a"])
    }

    @Test func `email addresses are detected, and not taken for links`() {
        #expect(
            found("write to security@telegram.org, a+b.c@d.ef") == [
                "email security@telegram.org", "email a+b.c@d.ef",
            ])
        #expect(found("mailto:test@test.com") == ["email test@test.com"])
        #expect(found("email", "a@b a@b.c @x.com a@-b.com") == [])
    }

    @Test func `phone numbers are detected with their plus sign`() {
        #expect(
            found("phone_number", "+12345678901 +49 (30) 1234-567.") == ["+12345678901", "+49 (30) 1234-567"])
        #expect(found("phone_number", "+123456 +1234567890123456 1+1234567 12345678901 +12345678x") == [])
    }

    @Test func `offsets count UTF-16 code units`() {
        #expect(TextEntities.find(in: "😀 /a 😀 @demo").map(\.summary) == ["bot_command 3 2", "mention 9 5"])
    }
}
