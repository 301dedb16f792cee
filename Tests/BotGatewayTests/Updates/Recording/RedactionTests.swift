import JSON
import Testing

@testable import BotAPI
@testable import BotGateway

@Suite struct RedactionTests {
    private let redaction: Redaction

    init() throws { redaction = Redaction(token: try BotToken("7:secret")) }

    private func redact(_ json: JSON, by other: Redaction? = nil) throws -> JSON {
        try JSON(parsing: (other ?? redaction).text(of: try Update(json)))
    }

    private func message(_ message: JSON) throws -> JSON {
        let redacted = try redact(["update_id": 1, "message": message])
        return try #require(redacted["message"])
    }

    private static func strings(in json: JSON) -> [String] {
        if let string = json.string { return [string] }
        return json.elements.flatMap(strings) + json.members.flatMap { strings(in: $0.value) }
    }

    @Test func `a direct message keeps its scope, and loses its names`() throws {
        let before: JSON = [
            "update_id": 1,
            "message": [
                "message_id": 5, "chat": ["id": -100, "type": "supergroup", "title": "Knitting"],
                "direct_messages_topic": [
                    "topic_id": 4201, "user": ["id": 42, "is_bot": false, "first_name": "Geraldine"],
                ],
                "text": "Paddington",
            ],
        ]
        let after = try redact(before)
        #expect(IncomingEvent(try Update(after))?.scope == .direct(chat: -100, topic: 4201))
        for name in ["Knitting", "Geraldine", "Paddington"] { #expect(!after.description.contains(name)) }
    }

    @Test func `a widget's query keeps its ids`() throws {
        let query: JSON = [
            "id": "51", "from": ["id": 42], "type": "data", "data": "Paddington", "widget_id": "5100",
        ]
        let after = try redact(["update_id": 1, "shared_widget_query": query])["shared_widget_query"]
        for key in ["id", "type", "widget_id"] { #expect(after?[key] == query[key]) }
        #expect(after?["data"] != query["data"])
    }

    /// Values of all kinds, including unknown ones.
    private static let everything: JSON = [
        "from": ["id": 42, "first_name": "Geraldine", "last_name": "Fitzwilliam", "username": "gerry_fitz"],
        "chat": ["id": -1, "title": "Knitting circle", "bio": "Retired", "description": "We knit"],
        "text": "Meet me at Paddington", "caption": "Paddington again", "author_signature": "Mrs. F.",
        "entities": [
            ["type": "text_link", "offset": 0, "length": 4, "url": "https://fitzwilliam.example/g?x=1"],
            ["type": "pre", "offset": 0, "length": 4, "language": "cobolish"],
        ],
        "contact": [
            "phone_number": "+44 20 7946 0958", "first_name": "Humphrey",
            "vcard": "BEGIN:VCARD\nFN:Humphrey Appleby",
        ],
        "venue": ["title": "Corner House", "address": "Marylebone 4", "foursquare_id": "4sq4sq4sq"],
        "document": [
            "file_id": "BQACAgIAAxkBAAI", "file_unique_id": "AgADxQ", "file_name": "testament.pdf",
            "thumbnail": ["file_id": "AAMCAgADGQEAA", "file_unique_id": "AQADxR"],
        ],
        "audio": ["performer": "Vaughan", "title": "The Lark"], "sticker": ["set_name": "HotGerry"],
        "poll": [
            "question": "Who poisoned him?", "options": [["text": "The butler"], ["text": "Cousin Maud"]],
        ],
        "quote": ["text": "as I said"], "web_app_data": ["data": "{\"a\":9}", "button_text": "Open it"],
        "order_info": [
            "name": "Geraldine F", "email": "gerry@fitz.example",
            "shipping_address": ["city": "Leeds", "state": "Yorkshire", "street_line1": "High Street 7"],
        ],
        "successful_payment": ["invoice_payload": "parcel77", "telegram_payment_charge_id": "ch99"],
        "reply_markup": ["inline_keyboard": [[["text": "Buy wool", "callback_data": "wool:5"]]]],
        "invite_link": ["invite_link": "https://t.me/+AbCdEf", "name": "for friends"],
        "brain_wave": [
            "thought": "of tea", "type": "a new kind of idea", "id": "Dr. Who", "emoji": "sigh",
        ],
        "эмоции": ["грусть": "очень грустно"], "tags": ["wistful", ["deeper": "sorrowful"]],
    ]

    @Test func `no text in an update survives`() throws {
        let redacted = redaction.text(of: try Update(["update_id": 1, "message": Self.everything]))
        let text = String(decoding: redacted, as: UTF8.self)
        for string in Self.strings(in: Self.everything) where !["text_link", "pre"].contains(string) {
            #expect(!text.contains(string), "\(string)")
            for word in string.split(whereSeparator: { !$0.isLetter }) where word.count > 4 && word != "https"
            {
                #expect(!text.contains(word), "\(word)")
            }
        }
    }

    @Test func `the keys, their order and the numbers stay`() throws {
        let before: JSON = [
            "update_id": 9_007_199_254_740_993,
            "message": [
                "z": 1, "a": 1.1, "date": 1_700_000_000, "b": .null, "c": true, "d": [[:], [1, -2]],
            ],
        ]
        #expect(
            redaction.text(of: try Update(before))
                == Array(
                    #"{"update_id":9007199254740993,"message":{"z":1,"a":1.1,"date":1700000000,"b":null,"c":true,"d":[{},[1,-2]]}}"#
                        .utf8))
    }

    @Test func `values that a bot needs for its logic stay`() throws {
        let kept: JSON = [
            "id": "4382bfdwdsb323b2d9", "inline_message_id": "AQAAAA_x-1", "media_group_id": "13",
            "business_connection_id": "bc1", "chat_instance": "-77", "poll_id": "5", "type": "supergroup",
            "status": "member", "language_code": "pt-br", "mime_type": "application/vnd.ms-excel",
            "currency": "XTR", "emoji": "👍🏽",
        ]
        #expect(try message(kept) == kept)
    }

    @Test func `under a key that is kept, unexpected values are replaced`() throws {
        let words = try message(["type": "we meet at nine", "id": "Ada Lovelace", "emoji": "call me"])
        #expect(words["type"]?.string != "we meet at nine")
        #expect(words["id"]?.string != "Ada Lovelace")
        #expect(words["emoji"]?.string != "call me")
    }

    @Test func `commands stay readable, and their arguments don't`() throws {
        let redacted = try message([
            "text": "/start@demo_bot my secret /help",
            "entities": [
                ["type": "bot_command", "offset": 0, "length": 15],
                ["type": "bot_command", "offset": 26, "length": 5],
            ],
            "caption": "👋 /go", "caption_entities": [["type": "bot_command", "offset": 3, "length": 3]],
        ])
        let text = try #require(redacted["text"]?.string)
        #expect(text.hasPrefix("/start@"))
        #expect(text.hasSuffix(" /help"))
        #expect(!text.contains("secret") && !text.contains("demo_bot"))
        #expect(redacted["caption"]?.string?.hasSuffix(" /go") == true)
    }

    @Test func `text that is only marked as a command is replaced`() throws {
        for (text, offset, length) in [
            ("I love you", 0, 10), ("/go now", 0, 7), ("/go", 0, 9), ("/go", -1, 3),
        ] {
            let redacted = try message([
                "text": JSON(text),
                "entities": [["type": "bot_command", "offset": JSON(offset), "length": JSON(length)]],
            ])
            #expect(redacted["text"]?.string != text)
        }
    }

    @Test(arguments: [
        "plain", "ÄÖÜ ß", "привет", "日本語", "𝕬𝖇", "👨‍👩‍👧‍👦 family", "e\u{301}", "🇫🇷 €5 №7", "ॐ नमस्ते", "\u{E000}", "",
    ])
    func `a text keeps its length in UTF-16 code units`(_ text: String) throws {
        let redacted = try #require(try message(["text": JSON(text)])["text"]?.string)
        #expect(redacted.utf16.count == text.utf16.count)
        #expect(redacted != text || text.isEmpty)
    }

    @Test func `white space, punctuation and the kind of each character stay`() throws {
        let redacted = try #require(try message(["text": "Call +44-20 (Tom),\nnow!"])["text"]?.string)
        let shape = redacted.map { character in
            character.isUppercase ? "A" : character.isLetter ? "a" : character.isNumber ? "0" : character
        }
        #expect(String(shape) == "Aaaa +00-00 (Aaa),\naaa!")
    }

    @Test func `a username gets the same replacement everywhere, in any case`() throws {
        let redacted = try message(["from": ["username": "Ada_99"], "text": "ask @ada_99, not ada_99"])
        let name = try #require(redacted["from"]?["username"]?.string)
        let text = try #require(redacted["text"]?.string)
        #expect(text.contains("@\(name.lowercased()),"))
        #expect(name.first?.isUppercase == true)
        #expect(!text.hasSuffix("ada_99"))
    }

    @Test func `a value gets the same replacement for the same bot, and another one for another bot`() throws
    {
        let update: JSON = ["update_id": 1, "message": ["contact": ["phone_number": "+441632960961"]]]
        let other = Redaction(token: try BotToken("8:secret"))
        let again = Redaction(token: try BotToken("7:secret"))
        #expect(try redact(update) == redact(update, by: again))
        #expect(try redact(update) != redact(update, by: other))
    }

    @Test func `no single character is replaced with itself`() throws {
        for scalar in "abcdefghijklmnopqrstuvwxyz0123456789".unicodeScalars {
            #expect(try message(["text": JSON(String(scalar))])["text"]?.string != String(scalar))
        }
    }

    @Test func `locations are rounded to whole degrees`() throws {
        let bytes = redaction.text(
            of: try Update([
                "update_id": 1, "message": ["location": ["latitude": 51.5007292, "longitude": -0.7246254]],
            ]))
        #expect(String(decoding: bytes, as: UTF8.self).contains(#"{"latitude":52.0,"longitude":-1.0}"#))
        #expect(try message(["latitude": 1e300, "longitude": 7]) == ["latitude": 360.0, "longitude": 7.0])
    }
}
