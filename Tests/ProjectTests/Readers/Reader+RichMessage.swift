import JSON
import TestSupport

@testable import BotAPI
@testable import TelegramSimulator

extension Reader {
    /// Whatever stands in a rich message, it has blocks within Telegram's limits, or is refused. The first byte chooses
    /// Markdown or HTML.
    nonisolated static let richMessage = Reader(
        "rich-message",
        samples: [
            "m# T\n**a _b_** `c` ~~d~~ ==e== ||f|| $g$ [h](https://t.me) @ada_b\n\n- [x] i\n  1. j\n\n> k\n\n---",
            "m|A|B|\n|:-|-:|\n|a|b|\n\n```py\nc\n```\n\n$$d$$\n\nx[^1]\n\n[^1]: note\n\n![](https://t.me/a.jpg \"C\")",
            "m<details open><summary>S</summary>\n\n## In\n\n</details>\n<u>u **b**</u> ![👍](tg://emoji?id=5)",
            "h<h1>T</h1>a <b>b</b><p>c<ul><li><input type=checkbox>d</ul><ol start=3 type=i><li>e</ol>&lt;&#x41;",
            "h<table bordered><tr><th>A<td colspan=2>b</table><blockquote>c<cite>d</cite></blockquote><hr><pre>e</pre>",
            "h<figure><img src='http://t.me/a.jpg'/><figcaption>C</figcaption></figure><tg-map lat=1 long=2 /><a name=x></a>",
        ]
    ) { bytes in
        let key = bytes.first == UInt8(ascii: "h") ? "html" : "markdown"
        let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
        var input: JSON = [:]
        input.set(key, JSON(text))
        do throws(BotAPIError) {
            let read = try message(input)
            try RichLimits.check(read)
            return read.count > 0 ? .read : .fault("there are no blocks")
        } catch {
            return error.code == 400 ? .refused : .fault("\(error)")
        }
    }

    private static func message(_ input: JSON) throws(BotAPIError) -> JSON {
        let message = try RichMessage.read(
            input, user: { ["id": JSON($0)] }, file: { _, _ in ["file_id": "F"] })
        return message["blocks"] ?? []
    }
}
