import JSON
import Testing

@testable import Chat

@Suite struct MessageTextTests {
    private let plain = MessageText(styled: false)
    private let styled = MessageText(styled: true)

    private func shown(_ text: String, _ entities: [JSON]) -> String {
        styled.lines(text, entities: JSON(entities)).joined(separator: "|")
            .replacing("\u{1B}[", with: "^").replacing("\u{1B}]8;;", with: "<").replacing(
                "\u{1B}\\", with: ">")
    }

    @Test func `entities become styles, with offsets in UTF-16 units`() {
        let entities: [JSON] = [
            ["type": "bold", "offset": 3, "length": 2], ["type": "code", "offset": 6, "length": 1],
        ]
        #expect(shown("🙂 ab c", entities) == "🙂 ^1mab^0m ^33mc^0m")
    }

    @Test func `nested entities add styles and only reset their own`() {
        let entities: [JSON] = [
            ["type": "bold", "offset": 0, "length": 6], ["type": "italic", "offset": 2, "length": 2],
        ]
        #expect(shown("abcdef", entities) == "^1mab^3mcd^0m^1mef^0m")
    }

    @Test func `a style ends with each line and resumes in the next`() {
        #expect(shown("ab\ncd", [["type": "bold", "offset": 0, "length": 5]]) == "^1mab^0m|^1mcd^0m")
    }

    @Test func `a link becomes a terminal link, or is followed by its URL in plain text`() {
        let link: JSON = ["type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/\u{1B}x"]
        #expect(shown("here!", [link]) == "^4m<https://a.example/%1Bx>here<>^0m!")
        #expect(plain.lines("here!", entities: [link]) == ["here (https://a.example/␛x)!"])
    }

    @Test func `each line of a quote has a bar`() {
        let quote: [JSON] = [["type": "blockquote", "offset": 0, "length": 5]]
        #expect(plain.lines("ab\ncd\nef", entities: JSON(quote)) == ["> ab", "> cd", "ef"])
        #expect(shown("ab\ncd", quote) == "^2m▌ ^22mab|^2m▌ ^22mcd")
    }

    @Test(arguments: [
        #"{"type":"bold","offset":-1,"length":3}"#, #"{"type":"bold","offset":0,"length":4}"#,
        #"{"type":"bold","offset":2,"length":9223372036854775807}"#,
        #"{"type":"bold","offset":1,"length":0}"#,
        #"{"type":"bold"}"#, "7", #"{"type":"new_kind","offset":0,"length":3}"#,
        #"{"type":"text_link","offset":0,"length":3}"#,
    ])
    func `an entity that doesn't fit the text changes nothing`(_ entity: String) throws {
        let entity = try JSON(parsing: entity)
        #expect(shown("abc", [entity]) == "abc")
    }

    @Test func `a bot's text can't move the cursor or clear the screen`() {
        let message: JSON = [
            "text": "a\u{1B}[2Jb\u{9B}1;1Hc\rd\u{7}\u{8}e\tf\u{202E}g\u{7F}\u{0}",
            "reply_markup": ["inline_keyboard": [[["text": "\u{1B}c\nx", "url": "\u{1B}]0;t\u{7}"]]]],
        ]
        #expect(
            plain.lines(of: message) == [
                "a␛[2Jb\u{FFFD}1;1Hc␍d␇␈e\tf\u{FFFD}g␡␀", "[1 ␛c x ‹␛]0;t␇›]",
            ])
        let file: JSON = ["document": ["file_name": "\u{1B}[2J", "file_size": 3]]
        #expect(plain.lines(of: file) == ["[document ␛[2J, 3 bytes]"])
    }

    @Test func `buttons are numbered in reading order, row by row`() {
        let message: JSON = [
            "text": "Sure?",
            "reply_markup": [
                "inline_keyboard": [
                    [["text": "Yes", "callback_data": "y"], ["text": "No", "callback_data": "n"]],
                    [["text": "Why", "url": "https://a.example"]],
                ]
            ],
        ]
        #expect(plain.lines(of: message) == ["Sure?", "[1 Yes] [2 No]", "[3 Why ‹https://a.example›]"])
        let keyboard: JSON = ["keyboard": [["A", ["text": "Where", "request_location": true]]]]
        #expect(MessageButtons(of: keyboard).lines(styled: false) == ["(1 A) (2 Where ‹location›)"])
        #expect(MessageButtons(of: ["remove_keyboard": true]).lines(styled: false) == ["(keyboard removed)"])
        #expect(MessageButtons(of: 7).lines(styled: true) == [])
    }

    @Test(arguments: [
        (
            #"{"photo":[{"width":90,"height":60},{"width":640,"height":480,"file_size":12288}],"caption":"cat"}"#,
            "[photo 640×480, 12 KB]|cat"
        ),
        (#"{"document":{"file_name":"a.pdf","file_size":1500}}"#, "[document a.pdf, 1.5 KB]"),
        (#"{"voice":{"duration":65,"file_size":900}}"#, "[voice 1:05, 900 bytes]"),
        (#"{"audio":{"performer":"Bach","title":"Air","duration":5}}"#, "[audio Bach – Air, 0:05]"),
        (
            #"{"animation":{"width":1,"height":2},"document":{"file_name":"a.mp4"}}"#, "[animation 1×2]"
        ),
        (#"{"sticker":{"emoji":"🙂","width":512,"height":512}}"#, "[sticker 🙂, 512×512]"),
        (#"{"location":{"latitude":1.5,"longitude":2}}"#, "[location 1.5, 2.0]"),
        (
            #"{"venue":{"title":"Bar","address":"1 Road","location":{"latitude":1,"longitude":2}},"location":{}}"#,
            "[venue Bar, 1 Road, 1.0, 2.0]"
        ),
        (#"{"contact":{"first_name":"Ann","last_name":"B","phone_number":"+1"}}"#, "[contact Ann B, +1]"),
        (#"{"dice":{"emoji":"🎯","value":6}}"#, "[🎯 6]"),
        (
            #"{"poll":{"question":"Tea?","type":"quiz","options":[{"text":"Yes","voter_count":2},{"text":"No"}],"correct_option_id":0}}"#,
            "[quiz] Tea?|  1 Yes – 2 ✓|  2 No – 0"
        ),
        (
            #"{"new_chat_members":[{"first_name":"Ann"},{"first_name":"Bo","last_name":"C"}]}"#,
            "* Ann, Bo C joined"
        ),
        (#"{"pinned_message":{"text":"read\nthis"}}"#, "* pinned: read"),
        (#"{"forum_topic_closed":{}}"#, "* topic closed"), (#"{}"#, ""), ("7", ""),
    ])
    func `the contents of a message other than text are described`(_ message: String, _ expected: String)
        throws
    {
        let message = try JSON(parsing: message)
        #expect(plain.lines(of: message).joined(separator: "|") == expected)
    }
}
