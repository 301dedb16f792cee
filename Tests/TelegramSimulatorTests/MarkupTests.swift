import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import TelegramSimulator

/// The cases are in `Tests/Data/markup.ndjson`: a text, its `mode`, and either Telegram's result before trimming or
/// Telegram's `error`. The result is `gives` and `entities`, each as `type offset length` and further values
/// (`text_link 0 4 http://telegram.org/`).
@Suite struct MarkupTests {
    @Test func `markup gives the same text, entities and errors as Telegram`() throws {
        let cases = try ProjectFile.text("Tests/Data/markup.ndjson").split(separator: "\n").map {
            try JSON(parsing: String($0))
        }
        #expect(cases.count > 200)
        for row in cases {
            let text = try #require(row["text"]?.string)
            let mode = try #require(row["mode"]?.string)
            #expect(outcome(text, mode) == expected(row), "\(mode): \(text)")
        }
    }

    private func outcome(_ text: String, _ mode: String) -> [String] {
        do throws(BotAPIError) {
            let parsed = try Markup.parse(text, mode: mode)
            return [parsed.text] + parsed.entities.map(\.summary)
        } catch {
            return [error.reason]
        }
    }

    private func expected(_ row: JSON) -> [String] {
        if let error = row["error"]?.string { return ["Bad Request: can't parse entities: \(error)"] }
        let entities = row["entities"]?.elements.compactMap(\.string) ?? []
        return [row["gives"]?.string ?? ""] + entities
    }

    @Test func `parse modes are matched in any case, and unknown ones refused`() throws {
        for mode in ["html", "HTML", "hTmL"] {
            #expect(try Markup.parse("<b>a</b>", mode: mode).entities.map(\.summary) == ["bold 0 1"])
        }
        #expect(try Markup.parse("||a||", mode: "MARKDOWNV2").entities.map(\.summary) == ["spoiler 0 1"])
        #expect(try Markup.parse("||a||", mode: "markdown").text == "||a||")
        for mode in ["text", "null", "Markdown2", " html"] {
            #expect(outcome("a", mode) == ["Bad Request: unsupported parse_mode"])
        }
    }

    @Test func `the time for hostile markup is linear in its length`() {
        let pieces = [
            "*", "_", "__", "[", "[a", "a](", "`", "```", "```a", "![", ">\n", ">||\n", "<b>", "<b ", "</",
            "&", "&#",
            "&lt", "<a href=", "</b>", "[a](", "_*", "|", "[[a]]", "x.y/", "@a", "#", "tg://a/", "+1 1", "/a",
            "http://a.b@", "a.com,", "<b>a</b>", "*a*", "_a*b*_", ".a@",
        ]
        let time = ContinuousClock().measure {
            for piece in pieces {
                for mode in ["Markdown", "MarkdownV2", "HTML", ""] {
                    let text = String(repeating: piece, count: 4_000 / piece.utf8.count)
                    _ = try? FormattedText(Arguments(["text": JSON(text), "parse_mode": JSON(mode)]), .any)
                }
            }
        }
        #expect(time < .seconds(15))
    }
}

extension TextEntity {
    /// The form in the test data: `text_link 0 4 http://telegram.org/`.
    var summary: String {
        let rest =
            switch detail {
            case .none: ""
            case .language(let text), .url(let text), .emoji(let text): " \(text)"
            case .user(let id): " \(id)"
            case .time(let time, let format): format.isEmpty ? " \(time)" : " \(time) \(format)"
            }
        return "\(kind.rawValue) \(offset) \(length)\(rest)"
    }
}

extension FormattedText.Place {
    /// A place for a text of any length, even an empty one.
    fileprivate static let any = FormattedText.Place(limit: .max, mayBeEmpty: true)
}
