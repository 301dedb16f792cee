import JSON
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite struct FormattedTextTests {
    /// Returns the text and each entity, as in `bold 0 4`. A refusal is its reason after a `!`.
    private func formatted(
        _ text: String, _ mode: String = "", entities: JSON? = nil, place: FormattedText.Place = .message
    ) -> [String] {
        var arguments: JSON = [place.text: JSON(text) as JSON]
        if !mode.isEmpty { arguments.set("parse_mode", JSON(mode)) }
        if let entities { arguments.set(place.entities, entities) }
        do throws(BotAPIError) {
            let result = try FormattedText(Arguments(arguments), place) { id in
                id == 42 ? ["id": 42, "first_name": "Ada"] : nil
            }
            return [result.text] + result.entities.map(summary)
        } catch {
            return [error.reason.replacing("Bad Request: ", with: "!")]
        }
    }

    private func summary(_ entity: JSON) -> String {
        let values = entity.members.map {
            $0.value.string ?? $0.value["first_name"]?.string ?? $0.value.description
        }
        return ([values[2], values[0], values[1]] + values.dropFirst(3)).joined(separator: " ")
    }

    /// A text with given entities, even an empty list, always goes through the full parser.
    @Test func `the fast path gives the same result as the full parser`() {
        let pieces = [
            "a", "Z", "7", "_", " ", "\n", ".", "..", ":", "/", "//", "://", "tg://", "@", "#", "$", "+", "-",
            "(", "<",
            "example.org", "http", "1INCH", "ABC", "+1 234 567", "я", "é", "€", "—", "😀", "\u{A0}", "\u{30A}",
            "\u{333}", "\u{200B}", "\u{202E}", "\u{2028}", "\u{3000}", "\u{FEFF}", "\u{E0001}", "\r", "\t",
            "\0",
        ]
        var seed: UInt64 = 1
        for _ in 0..<2000 {
            var text = ""
            for _ in 0...Int(seed % 9) {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int((seed >> 33) % UInt64(pieces.count))]
            }
            let close = formatted(text, entities: [])
            #expect(formatted(text) == close, "\(Array(text.unicodeScalars))")
            #expect(refusal(text) == (close[0].hasPrefix("!") ? close[0] : nil))
        }
        let long = String(repeating: "я", count: 4096)
        #expect(formatted(long) == [long])
        #expect(formatted(long + "я") == ["!message is too long"])
        #expect(refusal(long) == nil)
        #expect(refusal(long + "я") == "!message is too long")
    }

    /// Returns the reason for which the check alone refuses a text.
    private func refusal(_ text: String) -> String? {
        do throws(BotAPIError) {
            try FormattedText.check(Arguments(["text": JSON(text)]))
            return nil
        } catch {
            return error.reason.replacing("Bad Request: ", with: "!")
        }
    }

    @Test func `space around a text is trimmed, and so are its entities`() {
        #expect(formatted(" \n a\tb \n ") == ["a b"])
        #expect(formatted("  <b> a </b> ", "HTML") == ["a", "bold 0 1"])
        #expect(formatted("<b>  </b>a<i> b</i>", "HTML") == ["a b", "italic 2 1"])
        #expect(formatted("  <code> a</code>  ", "HTML") == [" a", "code 0 2"])
        #expect(formatted("<blockquote>\n a</blockquote>", "HTML") == ["a", "blockquote 0 1"])
        #expect(formatted("a<i>😀 </i>  ", "HTML") == ["a😀", "italic 1 2"])
        #expect(formatted("a<pre>  </pre>", "HTML") == ["a"])
    }

    @Test func `carriage returns and direction marks go, control characters become spaces, entities move`() {
        #expect(formatted("a\r\nb<b>c\u{202E}d\u{7}</b>e", "HTML") == ["a\nbcd e", "bold 3 3"])
        #expect(formatted("x\u{333}\u{30A}y") == ["xy"])
        #expect(
            formatted("\u{200F}\u{200E}\u{200E}x\u{200F} \u{200E}") == [
                "\u{200C}\u{200C}\u{200E}x\u{200F} \u{200E}"
            ])
    }

    @Test func `an empty text is refused with Telegram's message`() {
        #expect(formatted("") == ["!message text is empty"])
        for text in [" ", "\n\t \r", "\u{200B}", "\u{2800}", "\u{3000}"] {
            #expect(formatted(text) == ["!text must be non-empty"])
        }
        #expect(formatted("<b> </b>", "HTML") == ["!text must be non-empty"])
        #expect(formatted("__", "Markdown") == ["!text must be non-empty"])
        #expect(formatted("<code> </code>", "HTML") == ["!text must be non-empty"])
        #expect(formatted("", place: .caption) == [""])
        #expect(formatted("  ", place: .caption) == [""])
    }

    @Test func `the length is counted in code points, without the markup`() {
        let smile = String(repeating: "😀", count: 4096)
        #expect(formatted(smile).first == smile)
        #expect(formatted(smile + "a") == ["!message is too long"])
        #expect(formatted("<b>\(smile)</b>  ", "HTML") == [smile, "bold 0 8192"])
        #expect(formatted(String(repeating: "a", count: 32769)) == ["!text is too long"])
        let caption = String(repeating: "a", count: 1024)
        #expect(formatted(caption, place: .caption) == [caption])
        #expect(formatted(caption + "a", place: .caption) == ["!message caption is too long"])
    }

    @Test func `invalid markup is refused with Telegram's message`() {
        #expect(
            formatted("a_", "Markdown") == [
                "!can't parse entities: Can't find end of the entity starting at byte offset 1"
            ])
        #expect(formatted("a", "x") == ["!unsupported parse_mode"])
        #expect(formatted("a", "none") == ["a"])
    }

    @Test func `overlapping styles are split, and a new one splits the others`() {
        #expect(
            formatted("<b>hello <i>italic <u>underlined</u></i> wo</b>", "HTML") == [
                "hello italic underlined wo", "bold 0 6", "bold 6 7", "italic 6 7", "bold 13 13",
                "italic 13 10",
                "underline 13 10",
            ])
        #expect(formatted("<b>a</b><b>b</b>", "HTML") == ["ab", "bold 0 2"])
        #expect(formatted("<b>a<b>b</b></b>", "HTML") == ["ab", "bold 0 2"])
        #expect(
            formatted("<b>a<a href='t.me/x'>b</a>c</b>", "HTML") == [
                "abc", "bold 0 1", "text_link 1 1 http://t.me/x", "bold 1 1", "bold 2 1",
            ])
    }

    @Test func `code contains no other entities, and links and quotes none of their own kind`() {
        #expect(formatted("<code>a<b>b</b></code>", "HTML") == ["ab", "code 0 2"])
        #expect(formatted("<b>a<code>b</code>c</b>", "HTML") == ["abc", "bold 0 1", "code 1 1", "bold 2 1"])
        #expect(
            formatted("<a href='a.com'>a<code>b</code></a>", "HTML") == ["ab", "text_link 0 2 http://a.com/"])
        let quote = "<blockquote>a<blockquote expandable>b</blockquote></blockquote>"
        #expect(formatted(quote, "HTML") == ["ab", "blockquote 0 2"])
        #expect(
            formatted("<a href='a.com'>a<blockquote>b</blockquote></a>", "HTML") == ["ab", "blockquote 1 1"])
    }

    @Test func `a mention of an unknown user stays plain text`() {
        #expect(formatted("[Ada](tg://user?id=42)", "Markdown") == ["Ada", "text_mention 0 3 Ada"])
        #expect(formatted("[Eve](tg://user?id=43)", "Markdown") == ["Eve"])
    }

    @Test func `entities that Telegram detects are added where no other entity hides them`() {
        #expect(
            formatted("/go <b>@Demo_bot</b>", "HTML") == [
                "/go @Demo_bot", "bot_command 0 3", "mention 4 9", "bold 4 9",
            ])
        #expect(
            formatted("<code>/go</code> <a href='a.com'>#b</a>", "HTML") == [
                "/go #b", "code 0 3", "text_link 4 2 http://a.com/",
            ])
        #expect(formatted("a<blockquote>.com</blockquote>", "HTML") == ["a.com", "blockquote 1 4"])
    }

    @Test func `given entities are sorted, and kinds that Telegram detects itself are dropped`() {
        let given: JSON = [
            ["type": "italic", "offset": 2, "length": 1], ["type": "bold", "offset": "0", "length": 2],
            ["type": "url", "offset": 0, "length": 3], ["type": "code", "offset": 1, "length": 0],
        ]
        #expect(formatted("abc", entities: given) == ["abc", "bold 0 2", "italic 2 1"])
        #expect(formatted("abc", entities: JSON(given.description)) == ["abc", "bold 0 2", "italic 2 1"])
        #expect(formatted("<b>abc", entities: "none") == ["<b>abc"])
        #expect(formatted("_a_", "Markdown", entities: given) == ["a", "italic 0 1"])
        let link: JSON = [["type": "text_link", "offset": 0, "length": 3, "url": "tg://user?id=42"]]
        #expect(formatted("abc", entities: link) == ["abc", "text_mention 0 3 Ada"])
    }

    @Test func `invalid given entities are refused`() {
        func refusal(_ text: String, _ entity: JSON) -> String? { formatted(text, entities: [entity]).first }
        #expect(
            refusal("a", ["offset": 0, "length": 1]) == "!can't parse MessageEntity: Type is not specified")
        #expect(
            refusal("a", ["type": "x", "offset": 0, "length": 1])
                == "!can't parse MessageEntity: Unsupported type specified")
        #expect(
            refusal("a", ["type": "bold", "length": 1])
                == "!can't parse MessageEntity: Can't find field \"offset\"")
        #expect(
            refusal("a", ["type": "custom_emoji", "offset": 0, "length": 1])
                == "!can't parse MessageEntity: Can't find field \"custom_emoji_id\"")
        #expect(
            refusal("a", ["type": "bold", "offset": -1, "length": 1])
                == "!receive an entity with incorrect offset -1")
        #expect(
            refusal("ж😀", ["type": "bold", "offset": 2, "length": 1])
                == "!entity begins in a middle of a UTF-16 symbol at byte offset 6")
        #expect(
            refusal("ж😀", ["type": "bold", "offset": 0, "length": 2])
                == "!entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 6"
        )
        #expect(
            refusal("ж😀", ["type": "bold", "offset": 0, "length": 4])
                == "!entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 4")
        #expect(
            refusal("ж😀", ["type": "bold", "offset": 4, "length": 1])
                == "!entity begins after the end of the text at UTF-16 offset 4")
    }

    @Test func `at most 100 given entities are kept, and all detected ones`() {
        let text = String(repeating: "<b>a</b> /b ", count: 120)
        let entities = formatted(text, "HTML").dropFirst()
        #expect(entities.count { $0.hasPrefix("bold") } == 100)
        #expect(entities.count { $0.hasPrefix("bot_command") } == 120)
    }
}
