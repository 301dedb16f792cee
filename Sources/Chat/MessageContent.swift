import JSON
import TelegramSimulator

/// Describes a message's content other than text: `photo 640×480, 12 KB`.
enum MessageContent {
    /// One line per item; none for a text message. The lines are not yet sanitized.
    static func lines(of message: JSON) -> [String] {
        files(message) + attachments(message) + serviceMessages(message)
    }

    // MARK: files

    private static let fileKinds = [
        "animation", "audio", "document", "sticker", "video", "video_note", "voice",
    ]

    private static func files(_ message: JSON) -> [String] {
        if let photo = message["photo"]?.elements.last { return ["[" + describe("photo", photo) + "]"] }
        // A message with an animation also has a `document`, so `animation` is checked first.
        guard let kind = fileKinds.first(where: { message[$0]?.isObject == true }), let file = message[kind]
        else {
            return []
        }
        return ["[" + describe(kind.replacing("_", with: " "), file) + "]"]
    }

    private static func describe(_ kind: String, _ file: JSON) -> String {
        var parts: [String] = []
        if let name = file["file_name"]?.string { parts.append(name) }
        if let emoji = file["emoji"]?.string { parts.append(emoji) }
        if let title = file["title"]?.string {
            parts.append([file["performer"]?.string, title].compactMap { $0 }.joined(separator: " – "))
        }
        if let width = file["width"]?.integer, let height = file["height"]?.integer {
            parts.append("\(width)×\(height)")
        }
        if let duration = file["duration"]?.integer { parts.append(formattedDuration(duration)) }
        if let size = file["file_size"]?.integer { parts.append(formattedSize(size)) }
        return parts.isEmpty ? kind : "\(kind) \(parts.joined(separator: ", "))"
    }

    private static func formattedDuration(_ seconds: Int64) -> String {
        guard seconds >= 0 else { return "0:00" }
        return "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }

    /// `12 KB`, as in Telegram's apps, with 1,024 bytes per KB.
    static func formattedSize(_ count: Int64) -> String {
        var (rest, units) = (Double(max(count, 0)), ["bytes", "KB", "MB", "GB"][...])
        while rest >= 1024, units.count > 1 {
            rest /= 1024
            units.removeFirst()
        }
        let tenths = Int64((rest * 10).rounded())
        let isWhole = units.count == 4 || tenths >= 100 || tenths % 10 == 0
        return isWhole
            ? "\(Int64(rest.rounded())) \(units[units.startIndex])"
            : "\(tenths / 10).\(tenths % 10) \(units[units.startIndex])"
    }

    // MARK: attachments

    private static func attachments(_ message: JSON) -> [String] {
        if let venue = message["venue"] {
            return [
                "[venue \(join([venue["title"]?.string, venue["address"]?.string, place(venue["location"])]))]"
            ]
        }
        if let location = place(message["location"]) { return ["[location \(location)]"] }
        if let contact = message["contact"] {
            return ["[contact \(join([name(contact), contact["phone_number"]?.string]))]"]
        }
        if let dice = message["dice"] {
            return ["[\(dice["emoji"]?.string ?? "🎲") \(dice["value"]?.integer ?? 0)]"]
        }
        if let poll = message["poll"] { return self.poll(poll) }
        if let game = message["game"] { return ["[game \(game["title"]?.string ?? "")]"] }
        if let invoice = message["invoice"] {
            return ["[invoice \(join([invoice["title"]?.string, price(invoice)]))]"]
        }
        if let paid = message["paid_media"] {
            return ["[paid media \(Invoice.price(paid["star_count"]?.integer ?? 0, in: "XTR"))]"]
        }
        if message["story"] != nil { return ["[story]"] }
        if let rich = message["rich_message"] { return richText(rich) }
        return []
    }

    /// A message has blocks, a draft its source.
    private static func richText(_ rich: JSON) -> [String] {
        if rich["blocks"]?.isArray == true { return RichMessageText.lines(of: rich) }
        guard let source = (rich["markdown"] ?? rich["html"])?.string else { return ["[rich message]"] }
        return source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func join(_ parts: [String?]) -> String { parts.compactMap { $0 }.joined(separator: ", ") }

    private static func name(_ person: JSON) -> String {
        [person["first_name"]?.string, person["last_name"]?.string].compactMap { $0 }.joined(separator: " ")
    }

    private static func place(_ location: JSON?) -> String? {
        guard let latitude = location?["latitude"]?.number, let longitude = location?["longitude"]?.number
        else {
            return nil
        }
        return "\(latitude), \(longitude)"
    }

    private static func price(_ invoice: JSON) -> String? {
        guard let amount = invoice["total_amount"]?.integer, let currency = invoice["currency"]?.string else {
            return nil
        }
        return Invoice.price(amount, in: currency)
    }

    private static func poll(_ poll: JSON) -> [String] {
        let kind = poll["type"]?.string == "quiz" ? "quiz" : "poll"
        let state = poll["is_closed"]?.bool == true ? ", closed" : ""
        let correct = poll["correct_option_id"]?.integer
        let options = (poll["options"]?.elements ?? []).enumerated().map { index, option in
            let votes = option["voter_count"]?.integer ?? 0
            let mark = correct == Int64(index) ? " ✓" : ""
            return "  \(index + 1) \(option["text"]?.string ?? "") – \(votes)\(mark)"
        }
        return ["[\(kind)\(state)] \(poll["question"]?.string ?? "")"] + options
    }

    // MARK: service messages

    private static func serviceMessages(_ message: JSON) -> [String] {
        if let people = message["new_chat_members"]?.elements, !people.isEmpty {
            return ["* \(people.map(name).joined(separator: ", ")) joined"]
        }
        if let person = message["left_chat_member"] { return ["* \(name(person)) left"] }
        if let title = message["new_chat_title"]?.string { return ["* the chat is now called \(title)"] }
        if let pinned = message["pinned_message"] { return ["* pinned: \(summary(pinned))"] }
        if let topic = message["forum_topic_created"] {
            return ["* topic created: \(topic["name"]?.string ?? "")"]
        }
        if let topic = message["forum_topic_edited"]?["name"]?.string {
            return ["* topic is now called \(topic)"]
        }
        let words = [
            "new_chat_photo": "the chat has a new photo",
            "delete_chat_photo": "the chat has no photo any more",
            "group_chat_created": "group created", "supergroup_chat_created": "group created",
            "channel_chat_created": "channel created", "forum_topic_closed": "topic closed",
            "forum_topic_reopened": "topic opened again",
            "migrate_to_chat_id": "the group is a supergroup now",
            "migrate_from_chat_id": "the group was upgraded", "successful_payment": "paid",
        ]
        return message.keys.compactMap { words[$0] }.prefix(1).map { "* \($0)" }
    }

    /// A short form of a message, for a message that refers to it.
    static func summary(_ message: JSON) -> String {
        let text =
            message["text"]?.string ?? lines(of: message).first ?? message["caption"]?.string ?? "a message"
        let line = text.split(separator: "\n").first.map(String.init) ?? ""
        return line.count > 40 ? "\(line.prefix(40))…" : line
    }
}
