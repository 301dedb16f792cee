import JSON
import TestSupport
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite struct RichMessageTests {
    private static func read(_ message: JSON, isDraft: Bool = false) throws(BotAPIError) -> JSON {
        let known: JSON = ["id": 5, "first_name": "Ada"]
        let message = try RichMessage.read(message, isDraft: isDraft) { id in
            id == 5 ? known : nil
        } file: {
            kind, arguments in
            let file: JSON = ["file_id": JSON(arguments.text("media"))]
            return kind == "photo" ? [file] : file
        }
        return message["blocks"] ?? []
    }

    private static func refusal(_ message: JSON) -> String? {
        do throws(BotAPIError) {
            _ = try read(message)
            return nil
        } catch {
            return error.reason
        }
    }

    private static func text(of markdown: String) throws -> JSON {
        let blocks = try read(["markdown": JSON(markdown)])
        #expect(blocks.count == 1, "\(blocks)")
        return blocks[0]?["text"] ?? ""
    }

    @Test(arguments: [
        ("**a** __b__", #"[{"type":"bold","text":"a"}," ",{"type":"bold","text":"b"}]"#),
        ("*a* _b_", #"[{"type":"italic","text":"a"}," ",{"type":"italic","text":"b"}]"#),
        ("~~a~~", #"{"type":"strikethrough","text":"a"}"#),
        ("==a==", #"{"type":"marked","text":"a"}"#),
        ("||a||", #"{"type":"spoiler","text":"a"}"#),
        ("***a***", #"{"type":"bold","text":{"type":"italic","text":"a"}}"#),
        ("**a _b_**", #"{"type":"bold","text":["a ",{"type":"italic","text":"b"}]}"#),
        ("`a **b** <u>`", #"{"type":"code","text":"a **b** <u>"}"#),
        ("EXA_API_KEY", #""EXA_API_KEY""#),
        ("mcp__brain__auth", #"["mcp",{"type":"bold","text":"brain"},"auth"]"#),
        ("a ** b ** c", #""a ** b ** c""#),
        ("**a", #""**a""#),
        (#"\*a\* \<u\>"#, #""*a* \\<u\\>""#),
        ("<u>a **b**</u>", #"{"type":"underline","text":["a ",{"type":"bold","text":"b"}]}"#),
        (
            "$x^2$ costs $5 to $10",
            #"[{"type":"mathematical_expression","expression":"x^2"}," costs $5 to $10"]"#
        ),
        ("[a](https://t.me/x \"y\")", #"{"type":"url","text":"a","url":"https://t.me/x"}"#),
        ("[a](tg://user?id=5)", #"{"type":"text_mention","text":"a","user":{"id":5,"first_name":"Ada"}}"#),
        ("[a](mailto:a@b.cd)", #"{"type":"email_address","text":"a","email_address":"a@b.cd"}"#),
        ("[a](javascript:x)", #""a""#),
        ("<https://t.me/x>", #"{"type":"url","text":"https://t.me/x","url":"https://t.me/x"}"#),
        (
            "![👍](tg://emoji?id=53)",
            #"{"type":"custom_emoji","custom_emoji_id":"53","alternative_text":"👍"}"#
        ),
        (
            "![a](tg://time?unix=1647531900&format=wDT)",
            #"{"type":"date_time","text":"a","unix_time":1647531900,"date_time_format":"wDT"}"#
        ),
        (
            "@ada_b /go",
            #"[{"type":"mention","text":"@ada_b","username":"ada_b"}," ",{"type":"bot_command","text":"/go","bot_command":"go"}]"#
        ),
        ("a\nb  \nc", #""a b\nc""#),
        ("a &lt; &#98;<script>x</script>", #""a < b""#),
    ])
    func `Markdown in a paragraph`(markdown: String, text: String) throws {
        #expect(try Self.text(of: markdown) == JSON(parsing: text))
    }

    @Test(arguments: [
        ("# A", #"[{"type":"heading","text":"A","size":1}]"#),
        ("#tag", #"[{"type":"heading","text":"tag","size":1}]"#),
        ("A\n---", #"[{"type":"heading","text":"A","size":2}]"#),
        ("a\n\n---", #"[{"type":"paragraph","text":"a"},{"type":"divider"}]"#),
        ("```py\na\n  b\n```", #"[{"type":"pre","text":"a\n  b","language":"py"}]"#),
        ("```\nno end", #"[{"type":"pre","text":"no end"}]"#),
        (
            "```math\nx\n```\n$$y$$",
            #"[{"type":"mathematical_expression","expression":"x"},{"type":"mathematical_expression","expression":"y"}]"#
        ),
        (
            "> a\nb\n>\n> c",
            #"[{"type":"blockquote","blocks":[{"type":"paragraph","text":"a b"},{"type":"paragraph","text":"c"}]}]"#
        ),
        (
            "- a\n  - b\n- [x] c",
            #"""
            [{"type":"list","items":[
            {"label":"•","blocks":[{"type":"paragraph","text":"a"},{"type":"list","items":[{"label":"•","blocks":[{"type":"paragraph","text":"b"}]}]}]},
            {"label":"•","has_checkbox":true,"is_checked":true,"blocks":[{"type":"paragraph","text":"c"}]}]}]
            """#
        ),
        (
            "3. a\n4. b",
            #"""
            [{"type":"list","items":[{"label":"3.","value":3,"type":"1","blocks":[{"type":"paragraph","text":"a"}]},
            {"label":"4.","value":4,"type":"1","blocks":[{"type":"paragraph","text":"b"}]}]}]
            """#
        ),
        (
            "| A | B |\n|:-:|--:|\n| `x|y` | **c** |",
            #"""
            [{"type":"table","cells":[
            [{"text":"A","is_header":true,"align":"center","valign":"middle"},{"text":"B","is_header":true,"align":"right","valign":"middle"}],
            [{"text":{"type":"code","text":"x|y"},"align":"center","valign":"middle"},{"text":{"type":"bold","text":"c"},"align":"right","valign":"middle"}]]}]
            """#
        ),
        (
            "<details open><summary>S **b**</summary>\n\n# In\n\n</details>",
            #"""
            [{"type":"details","summary":["S ",{"type":"bold","text":"b"}],"blocks":[{"type":"heading","text":"In","size":1}],"is_open":true}]
            """#
        ),
        (
            "![](https://t.org/a.jpg \"Cap\")",
            #"[{"type":"photo","photo":[{"file_id":"https://t.org/a.jpg"}],"caption":{"text":"Cap"}}]"#
        ),
        (
            "![](https://t.org/a.ogg)",
            #"[{"type":"voice_note","voice_note":{"file_id":"https://t.org/a.ogg"}}]"#
        ),
        (
            "a[^n].\n\n[^n]: Foot",
            #"""
            [{"type":"paragraph","text":["a",{"type":"reference_link","text":"[1]","reference_name":"n"},"."]},
            {"type":"paragraph","text":{"type":"reference","text":"Foot","name":"n"}}]
            """#
        ),
    ])
    func `Markdown's blocks`(markdown: String, blocks: String) throws {
        #expect(try Self.read(["markdown": JSON(markdown)]) == JSON(parsing: blocks))
    }

    @Test(arguments: [
        (
            "<h3>A</h3>b <b>c</b>\n d<p>e</p>",
            #"[{"type":"heading","text":"A","size":3},{"type":"paragraph","text":["b ",{"type":"bold","text":"c"}," d"]},{"type":"paragraph","text":"e"}]"#
        ),
        (
            "<ol start=3 type=a reversed><li>x<li value=7 type=i>y</ol>",
            #"""
            [{"type":"list","items":[{"label":"c.","value":3,"type":"a","blocks":[{"type":"paragraph","text":"x"}]},
            {"label":"vii.","value":7,"type":"i","blocks":[{"type":"paragraph","text":"y"}]}]}]
            """#
        ),
        (
            "<blockquote>a<br>b<cite>C</cite></blockquote>",
            #"[{"type":"blockquote","blocks":[{"type":"paragraph","text":"a\nb"}],"credit":"C"}]"#
        ),
        ("<aside>a<cite>C</cite></aside>", #"[{"type":"pullquote","text":"a","credit":"C"}]"#),
        (
            "<figure><img src='https://t.org/p.jpg' tg-spoiler/><figcaption>C<cite>D</cite></figcaption></figure>",
            #"[{"type":"photo","photo":[{"file_id":"https://t.org/p.jpg"}],"has_spoiler":true,"caption":{"text":"C","credit":"D"}}]"#
        ),
        (
            "<table bordered><caption>C</caption><tr><th>H<td colspan=2 valign=top>x</table>",
            #"""
            [{"type":"table","cells":[[{"text":"H","is_header":true,"align":"center","valign":"middle"},
            {"text":"x","colspan":2,"align":"left","valign":"top"}]],"is_bordered":true,"caption":"C"}]
            """#
        ),
        (
            "<pre><code class='language-c'>int  x;\n</code></pre>",
            #"[{"type":"pre","text":"int  x;","language":"c"}]"#
        ),
        (
            "a<a name=x></a> <a href='#x'>y</a> <a href='#z'>z</a>",
            ##"[{"type":"paragraph","text":["a",{"type":"anchor","name":"x"}," ",{"type":"anchor_link","text":"y","anchor_name":"x"}," ",{"type":"url","text":"z","url":"#z"}]}]"##
        ),
        (
            "<tg-map lat=41.5 long=12 zoom=14 />",
            #"[{"type":"map","location":{"latitude":41.5,"longitude":12},"zoom":14,"width":0,"height":0}]"#
        ),
        (
            "<tg-button-row><tg-button type=callback_data data=d style=primary>B</tg-button></tg-button-row>",
            #"[{"type":"buttons","buttons":[{"text":"B","style":"primary","callback_data":"d"}]}]"#
        ),
        (
            "<custom>a</custom><tg-collage><img src='https://t.org/a'/><video src='https://t.org/b.gif'/></tg-collage>",
            #"[{"type":"paragraph","text":"a"},{"type":"collage","blocks":[{"type":"photo","photo":[{"file_id":"https://t.org/a"}]},{"type":"animation","animation":{"file_id":"https://t.org/b.gif"}}]}]"#
        ),
    ])
    func `HTML`(html: String, blocks: String) throws {
        #expect(try Self.read(["html": JSON(html)]) == JSON(parsing: blocks))
    }

    @Test(arguments: [
        (#"{}"#, "rich message must be non-empty"),
        (#"{"blocks":[]}"#, "rich message must be non-empty"),
        (#"{"markdown":""}"#, "RICH_MESSAGE_MARKDOWN_INVALID"),
        (#"{"html":""}"#, "RICH_MESSAGE_HTML_INVALID"),
        (###"{"markdown":"##"}"###, "RICH_MESSAGE_EMPTY"),
        (#"{"markdown":"---\n---"}"#, "RICH_MESSAGE_EMPTY"),
        (#"{"html":"<p>a<ul><li>b</ul></p>"}"#, "RICH_MESSAGE_CONTENT_REQUIRED"),
        (#"{"blocks":[{"type":"heading","text":"","size":1}]}"#, "RICH_MESSAGE_CONTENT_REQUIRED"),
        (#"{"markdown":"[a](/local)"}"#, "RICH_MESSAGE_URL_INVALID"),
        (#"{"markdown":"![](file:///a.jpg)"}"#, "RICH_MESSAGE_URL_INVALID"),
        (#"{"html":"<tg-emoji emoji-id=5>word</tg-emoji>"}"#, "RICH_MESSAGE_EMOJI_INVALID"),
        (#"{"html":"<tg-thinking>a</tg-thinking>"}"#, "RICH_MESSAGE_THINKING_NOT_ALLOWED"),
        (
            #"{"blocks":[{"type":"code","text":"a"}]}"#,
            #"can't parse InputRichBlock: type "code" is unsupported"#
        ),
        (#"{"blocks":[{"text":"a"}]}"#, #"can't parse InputRichBlock: Can't find field "type""#),
        (
            #"{"blocks":[{"type":"heading","text":"a"}]}"#,
            #"can't parse InputRichBlock: Can't find field "size""#
        ),
        (#"{"blocks":["a"]}"#, "object expected as InputRichMessageBlock"),
        (#"{"blocks":[{"type":"list","items":[]}]}"#, "can't parse InputRichBlock: List must be non-empty"),
        (
            #"{"blocks":[{"type":"buttons","buttons":[{"text":"a","style":"x","callback_data":"d"}]}]}"#,
            "can't parse InputRichBlock: Invalid button style specified"
        ),
        (#"[]"#, "object expected as rich message"),
    ])
    func `Telegram refuses`(message: String, reason: String) throws {
        let message = try JSON(parsing: message)
        #expect(Self.refusal(message) == BotAPIError.badRequest(reason).reason)
    }

    @Test(arguments: [
        ("x", 32_768, "TEXT_TOO_LONG"), ("a\n\n", 500, "BLOCKS_TOO_MANY"),
        ("![](http://t.org/a)\n\n", 50, "MEDIA_TOO_MANY"),
    ])
    func `limits are inclusive`(unit: String, limit: Int, fault: String) throws {
        _ = try Self.read(["markdown": JSON(String(repeating: unit, count: limit))])
        let message: JSON = ["markdown": JSON(String(repeating: unit, count: limit + 1))]
        #expect(Self.refusal(message) == BotAPIError.rich(fault).reason)
    }

    @Test func `a source of more than 256 KiB is too long, whatever is in it`() {
        let quotes = String(repeating: "> ", count: 1 << 18)
        #expect(Self.refusal(["markdown": JSON(quotes)]) == BotAPIError.rich("TEXT_TOO_LONG").reason)
    }

    @Test func `16 levels and 20 columns are the limits`() throws {
        func nested(_ count: Int) -> JSON { ["html": JSON(String(repeating: "<b>", count: count) + "x")] }
        func table(_ count: Int) -> JSON {
            ["html": JSON("<table><tr>\(String(repeating: "<td>a", count: count))</table>")]
        }
        _ = try Self.read(nested(15))
        #expect(Self.refusal(nested(16)) == BotAPIError.rich("DEPTH_INVALID").reason)
        #expect(Self.refusal(nested(10_000)) == BotAPIError.rich("DEPTH_INVALID").reason)
        #expect(
            Self.refusal(["markdown": JSON(String(repeating: ">", count: 10_000) + "x")])
                == BotAPIError.rich("DEPTH_INVALID").reason)
        _ = try Self.read(table(20))
        #expect(Self.refusal(table(21)) == BotAPIError.rich("TABLE_COLS_TOO_MANY").reason)
    }

    @Test func `blocks come before Markdown, and Markdown before HTML`() throws {
        let blocks: JSON = [["type": "paragraph", "text": "b"]]
        #expect(try Self.read(["html": "h", "markdown": "m", "blocks": blocks]) == blocks)
        #expect(try Self.read(["html": "h", "markdown": "m"])[0]?["text"] == "m")
    }

    @Test func `blocks keep their formats, and Telegram finds more in them`() throws {
        let text: JSON = ["a ", ["type": "bold", "text": ["b"]], " ", "@ada_b"]
        let blocks = try Self.read(["blocks": [["type": "paragraph", "text": text, "unknown": 1]]])
        #expect(
            blocks[0]?["text"] == [
                "a ", ["type": "bold", "text": "b"], " ",
                ["type": "mention", "text": "@ada_b", "username": "ada_b"],
            ])
        let plain: JSON = ["blocks": [["type": "paragraph", "text": text]], "skip_entity_detection": true]
        #expect(try Self.read(plain)[0]?["text"]?[2] == " @ada_b")
    }

    @Test func `a file of the message is named by its id`() throws {
        let media: JSON = [["id": "p", "media": ["type": "photo", "media": "FILE"]]]
        let message: JSON = ["markdown": "![](tg://photo?id=p)", "media": media]
        #expect(try Self.read(message)[0]?["photo"]?[0]?["file_id"] == "FILE")
        #expect(
            Self.refusal(["markdown": "![](tg://photo?id=q)", "media": media])
                == BotAPIError.badRequest("media not found").reason)
    }

    @Test func `a draft may think`() throws {
        let message: JSON = ["html": "<tg-thinking>a</tg-thinking>"]
        #expect(try Self.read(message, isDraft: true) == [["type": "thinking", "text": "a"]])
    }
}
