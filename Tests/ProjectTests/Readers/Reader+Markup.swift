import JSON
import TestSupport

@testable import BotAPI
@testable import TelegramSimulator

extension Reader {
    /// Whatever stands in a text with markup, its entities are inside it, in order, each inside another one or
    /// beside it, and given with the text they come out as they are. The first byte chooses the mode.
    nonisolated static let markup = Reader(
        "markup",
        samples: [
            "m*bold* _it_ [link](telegram.org) ```py\ncode``` `c` @demobot /go #tag",
            "2>*q* ||s||\n>__u ~x~__ ![👍](tg://emoji?id=5) [a](tg://user?id=4)||\n`c` ```r\nx``` \\. a_b_",
            "h<b>a<i>😀 </i></b> <a href=\"t.me/x\">y</a> <pre><code class='language-c'>&lt;</code></pre>",
            "h<blockquote expandable> q <tg-spoiler>s</tg-spoiler></blockquote> <u>a.com</u> &#x41; +1234567890",
            "p a@b.cd $ABC http://x.y/z?(q) \r\n tg://a/b #t",
        ]
    ) { bytes in
        let mode = ["m": "Markdown", "2": "MarkdownV2", "h": "HTML"][
            bytes.first.map { String(Unicode.Scalar($0)) } ?? ""]
        let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
        do throws(BotAPIError) {
            let read = try FormattedText(
                Arguments(["text": JSON(text), "parse_mode": JSON(mode ?? "none")]), .any
            ) { ["id": JSON($0)] }
            if let trouble = trouble(read) { return .fault(trouble) }
            let again = try FormattedText(
                Arguments(["text": JSON(read.text), "entities": JSON(read.entities)]), .any
            ) { ["id": JSON($0)] }
            return again.text == read.text ? .read : .fault("given again the text is '\(again.text)'")
        } catch {
            return error.code == 400 ? .refused : .fault("\(error)")
        }
    }

    private static func trouble(_ text: FormattedText) -> String? {
        let end = Int64(text.text.utf16.count)
        var open: [Int64] = []
        var last: Int64 = 0
        for entity in text.entities {
            guard let offset = entity["offset"]?.integer, let length = entity["length"]?.integer, length > 0,
                offset >= last, offset + length <= end
            else { return "out of place: \(entity)" }
            open.removeAll { $0 <= offset }
            if open.contains(where: { $0 < offset + length }) { return "crosses another one: \(entity)" }
            open.append(offset + length)
            last = offset
        }
        return nil
    }
}

extension FormattedText.Place {
    /// A text of any length, or none.
    static let any = FormattedText.Place(limit: .max, mayBeEmpty: true)
}
