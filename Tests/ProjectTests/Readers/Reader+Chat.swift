import JSON
import TestSupport

@testable import Chat

extension Reader {
    /// Whatever a message has in it, a terminal is told nothing by it but styles and links, and those only where they
    /// are wanted.
    nonisolated static let messages = Reader(
        "messages",
        samples: [
            #"{"text":"a 😀 b\u001b[2Jc\nd","entities":[{"type":"bold","offset":0,"length":4},{"type":"text_link","#
                + #""offset":2,"length":5,"url":"https://a.bc/\u0007"},{"type":"blockquote","offset":0,"length":9}]}"#,
            #"{"photo":[{"width":90,"height":60,"file_size":1234}],"caption":"x","caption_entities":[{"type":"code","#
                + #""offset":0,"length":1}],"reply_markup":{"inline_keyboard":[[{"text":"Yes","callback_data":"y"},"#
                + #"{"text":"\u009bNo","url":"https://x.yz"}],[]]}}"#,
            #"{"poll":{"question":"?","options":[{"text":"a","voter_count":1},{"text":"b","voter_count":0}],"#
                + #""type":"quiz","correct_option_id":1,"is_closed":true},"reply_markup":{"keyboard":[["a",{"text":"b"}]]}}"#,
            #"{"document":{"file_name":"a\rb","file_size":9223372036854775807},"location":{"latitude":1.5,"longitude":2}}"#,
            #"{"contact":{"first_name":"A","phone_number":"+1"},"dice":{"emoji":"🎲","value":6},"new_chat_members":[{}]}"#,
        ]
    ) { bytes in
        guard let message = try? JSON(parsing: bytes), message.isObject else { return .refused }
        let plain = MessageText(styled: false).lines(of: message)
        if let line = plain.first(where: { $0.unicodeScalars.contains(where: isControl) }) {
            return .fault("a plain line has a control character: \(line.debugDescription)")
        }
        for line in MessageText(styled: true).lines(of: message) {
            if withoutStyles(line).contains(where: isControl) { return .fault("\(line.debugDescription)") }
        }
        return .read
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\t" && (scalar.value < 0x20 || 0x7F..<0xA0 ~= scalar.value)
    }

    /// Without `ESC[…m` and `ESC]8;;…ESC\`.
    private static func withoutStyles(_ line: String) -> [Unicode.Scalar] {
        var rest = Array(line.unicodeScalars)[...]
        var kept: [Unicode.Scalar] = []
        let link = Array("\u{1B}]8;;".unicodeScalars)
        while let scalar = rest.first {
            if rest.starts(with: ["\u{1B}", "["]) {
                let end = rest.dropFirst(2).drop { "0"..."9" ~= $0 || $0 == ";" }
                guard end.first == "m" else { return ["\u{1B}"] }
                rest = end.dropFirst()
            } else if rest.starts(with: link) {
                let end = rest.dropFirst(link.count).drop { 0x21..<0x7F ~= $0.value }
                guard end.starts(with: ["\u{1B}", "\\"]) else { return ["\u{1B}"] }
                rest = end.dropFirst(2)
            } else {
                kept.append(scalar)
                rest.removeFirst()
            }
        }
        return kept
    }

    /// What is typed in a chat is a command of the chat's, or goes to the bot as it is; with a slash more it always
    /// goes there.
    nonisolated static let typedLines = Reader(
        "typed-lines",
        samples: [
            "/as Ada King @ada", "/group Book club", "/topic News", "/direct News",
            "/photo \"my cat.png\" it's him",
            "/photo a\\ b.png x", "/press 2", "/edit #5 new text", "/delete 7", "/react 👍 3", "/reply 5 yes",
            "/inline cats", "/choose 1", "/vote 1 2", "/help",
        ]
    ) { bytes in
        let line = String(decoding: bytes, as: UTF8.self)
        let isTrimmed = line.last?.isWhitespace == false
        if line.hasPrefix("/"), isTrimmed, (try? TypedLine("/" + line)) != .say(line) {
            return .fault("a slash more doesn't say it")
        }
        do throws(TypedLine.UsageError) {
            switch try TypedLine(line) {
            case .empty, .say: return .refused
            default: return .read
            }
        } catch {
            return error.description.isEmpty ? .fault("misused without a word") : .refused
        }
    }
}
