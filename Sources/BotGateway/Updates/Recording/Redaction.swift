import BotAPI
import JSON

/// Replaces personal data in updates: names, texts and other content. Kinds, ids, dates and commands stay, because a
/// bot needs them to respond.
///
/// Every string is replaced unless its key is known to be harmless, so that keys added by Telegram later are covered.
/// Numbers stay, except coordinates, which are rounded to whole degrees.
package struct Redaction {
    private let pseudonymizer: Pseudonymizer

    /// The updates of a bot are always redacted in the same way. The token is the key: without it, guesses can't be
    /// tested.
    package init(token: BotToken) {
        pseudonymizer = Pseudonymizer(secret: token.text)
    }

    /// One line of JSON without its `\n`, with the same members in the same order.
    func text(of update: Update) -> [UInt8] {
        guard let json = try? JSON(parsing: update.text) else { return [] }
        var text: [UInt8] = []
        text.reserveCapacity(update.text.count)
        write(json, key: "", keeping: [], to: &text)
        return text
    }

    /// Keys whose values are from a fixed set chosen by Telegram, such as `private`, `bot_command` and `member`.
    private static let words: Set = [
        "align", "chat_type", "currency", "language_code", "mime_type", "origin", "point", "rarity", "source",
        "status", "style", "type", "valign",
    ]

    /// Keys of ids that Telegram assigns and that a bot's answer must name.
    private static let ids: Set = [
        "boost_id", "business_connection_id", "chat_instance", "guest_query_id", "id", "inline_message_id",
        "media_group_id", "option_persistent_id", "option_persistent_ids", "persistent_id", "poll_id",
        "query_id", "reply_to_poll_option_id", "widget_id",
    ]

    private static let names: Set = ["active_usernames", "sender_user_name", "username"]

    private static let places: Set = ["latitude", "longitude"]

    /// - Parameters:
    ///   - key: the key of the value; elements of an array have the key of the array.
    ///   - commands: the ranges of commands in a text, in UTF-16 units.
    private func write(_ value: JSON, key: String, keeping commands: [Range<Int>], to text: inout [UInt8]) {
        if value.isObject {
            writeMembers(of: value, to: &text)
        } else if value.isArray {
            text.append(UInt8(ascii: "["))
            for (index, element) in value.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(element, key: key, keeping: [], to: &text)
            }
            text.append(UInt8(ascii: "]"))
        } else if let string = value.string {
            text += JSON(replacement(of: string, key: key, keeping: commands)).bytes
        } else if Self.places.contains(key), let degrees = value.number {
            // No coordinate exceeds ±360 degrees.
            text += "\(Int(min(max(degrees, -360), 360).rounded())).0".utf8
        } else {
            text += value.shortBytes
        }
    }

    private func writeMembers(of object: JSON, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        for (index, (key, value)) in object.members.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += JSON(key).bytes
            text.append(UInt8(ascii: ":"))
            write(value, key: key, keeping: commands(in: key, of: object), to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// The ranges that the entities of a text mark as commands.
    private func commands(in key: String, of object: JSON) -> [Range<Int>] {
        guard let units = object[key]?.string.map({ Array($0.utf16) }) else { return [] }
        let entities = object["\(key)_entities"] ?? (key == "text" ? object["entities"] : nil)
        return (entities?.elements ?? []).compactMap { entity in
            guard entity["type"]?.string == "bot_command", let offset = entity["offset"]?.integer,
                let length = entity["length"]?.integer, (1...100).contains(length),
                offset >= 0, offset <= Int64(units.count) - length
            else { return nil }
            let range = Int(offset)..<Int(offset + length)
            return Self.isCommand(units[range]) ? range : nil
        }
    }

    private func replacement(of string: String, key: String, keeping commands: [Range<Int>]) -> String {
        if Self.words.contains(key), Self.isWord(string) { return string }
        if Self.ids.contains(key), Self.isID(string) { return string }
        if key == "emoji", Self.isEmoji(string) { return string }
        if Self.names.contains(key) { return pseudonymizer.username(string) }
        return pseudonymizer.text(string, keeping: commands)
    }

    // The values of known keys match these patterns today. A value that doesn't match is replaced.

    private static func isWord(_ string: String) -> Bool {
        string.utf8.count <= 40
            && string.utf8.allSatisfy { isLetterOrDigit($0) || "_-/.+".utf8.contains($0) }
    }

    private static func isID(_ string: String) -> Bool {
        string.utf8.count <= 200 && string.utf8.allSatisfy { isLetterOrDigit($0) || "_-=:".utf8.contains($0) }
    }

    private static func isCommand(_ units: ArraySlice<UInt16>) -> Bool {
        units.first == 0x2F
            && units.dropFirst().allSatisfy { unit in
                UInt8(exactly: unit).map { isLetterOrDigit($0) || "_@".utf8.contains($0) } ?? false
            }
    }

    private static func isEmoji(_ string: String) -> Bool {
        string.utf16.count <= 32 && string.unicodeScalars.allSatisfy { !$0.properties.isAlphabetic }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
