import BotAPI
import JSON

/// Sends messages with texts, files, places, and so on.
extension SimulatedTelegram {
    func sendMessage(_ request: Request) throws(BotAPIError) -> JSON {
        guard request.isAwaited || strictness == .strict else {
            try FormattedText.check(request.arguments, user: chats.person)
            try count(request, in: chat(of: request))
            return true
        }
        let content = try text(of: request)
        return try post(content, by: request, to: chat(of: request))
    }

    /// The content of a text message: the text, its entities, and its link preview options.
    func text(of request: Request) throws(BotAPIError) -> JSON {
        var content: JSON = [:]
        try FormattedText(request.arguments, user: chats.person).put(into: &content)
        content["link_preview_options"] = linkPreview(of: content, request.arguments)
        return content
    }

    /// The `LinkPreviewOptions` of a text message; nil if they are Telegram's defaults for a text without a link. A
    /// message that shows a preview names its URL.
    private func linkPreview(of content: JSON, _ arguments: Arguments) -> JSON? {
        let given = arguments.structure("link_preview_options")
        let options = Arguments(given ?? ["is_disabled": JSON(arguments.flag("disable_web_page_preview"))])
        guard !options.flag("is_disabled") else { return ["is_disabled": true] }
        guard strictness == .strict else { return given }
        let url = options.text("url").isEmpty ? firstLink(in: content) : options.text("url")
        guard let url else { return nil }
        var preview: JSON = ["url": JSON(url)]
        for flag in ["prefer_small_media", "prefer_large_media", "show_above_text"] where options.flag(flag) {
            preview.set(flag, true)
        }
        return preview
    }

    /// The first URL in a text or behind it.
    private func firstLink(in content: JSON) -> String? {
        for entity in content["entities"]?.elements ?? [] {
            if let url = entity["url"]?.string { return url }
            guard entity["type"] == "url", let start = entity["offset"]?.integer,
                let length = entity["length"]?.integer
            else { continue }
            let units = Array((content["text"]?.string ?? "").utf16.dropFirst(Int(start)).prefix(Int(length)))
            let url = String(decoding: units, as: UTF16.self)
            return url.contains("://") ? url : "http://\(url)"
        }
        return nil
    }

    func addCaption(of arguments: Arguments, to content: inout JSON) throws(BotAPIError) {
        try FormattedText(arguments, .caption, user: chats.person).put(into: &content, .caption)
        for flag in ["show_caption_above_media", "has_spoiler"] where arguments.flag(flag) {
            content.set(flag == "has_spoiler" ? "has_media_spoiler" : flag, true)
        }
    }

    // MARK: files

    func sendFile(_ request: Request) throws(BotAPIError) -> JSON {
        let kind = SimulatedFiles.kind(of: request.name) ?? "document"
        let chat = try chat(of: request)
        let content = try media(kind, request.arguments, parameter: kind, request.files)
        return try post(content, by: request, to: chat)
    }

    /// The content of a message with a file and a caption.
    func media(
        _ kind: String, _ arguments: Arguments, parameter: String, _ uploads: [ReceivedFile]
    ) throws(BotAPIError) -> JSON {
        var content: JSON = [:]
        let file = try files.object(kind, arguments, parameter: parameter, uploads)
        if kind == "animation" { content.set("document", file) }
        content.set(kind, file)
        try addCaption(of: arguments, to: &content)
        return content
    }

    func sendMediaGroup(_ request: Request) throws(BotAPIError) -> JSON {
        guard let media = request.arguments.structure("media"), media.isArray else {
            throw .badRequest("expected an Array of InputMedia")
        }
        let chat = try chat(of: request)
        guard strictness == .lenient || media.count > 0 else {
            throw .badRequest("there are no messages to send")
        }
        guard media.count <= 10 else { throw .badRequest("too many messages to send as an album") }
        try checkAlbum(media.elements.map { Arguments($0).text("type") })
        var contents: [JSON] = []
        for (index, item) in media.elements.enumerated() {
            do throws(BotAPIError) {
                let arguments = Arguments(item)
                contents.append(
                    try self.media(arguments.text("type"), arguments, parameter: "media", request.files))
            } catch {
                let reason = error.reason.replacing("Bad Request: ", with: "")
                throw .badRequest("failed to send message #\(index + 1) with the error message \"\(reason)\"")
            }
        }
        let group = JSON(String(chat.lastMessageID + 1))
        var messages: [JSON] = []
        for var content in contents {
            if contents.count > 1 { content.set("media_group_id", group) }
            messages.append(try post(content, by: request, to: chat))
        }
        return JSON(messages)
    }

    private func checkAlbum(_ kinds: [String]) throws(BotAPIError) {
        for kind in kinds where !["photo", "video", "audio", "document", "live_photo"].contains(kind) {
            let fault = kind == "animation" ? "can't be used in sendMediaGroup" : "is unsupported"
            throw .badRequest("can't parse InputMedia: type \"\(kind)\" \(fault)")
        }
        // Telegram doesn't mix documents or audio files with other kinds of files.
        for kind in ["document", "audio"] where kinds.contains(kind) && !kinds.allSatisfy({ $0 == kind }) {
            throw .badRequest("\(kind) can't be mixed with other media types")
        }
    }

    // MARK: other contents

    func sendPlace(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard request.name == "sendvenue" else {
            return try post(["location": try location(request.arguments)], by: request, to: chat)
        }
        let venue = try venue(request.arguments)
        return try post(["location": venue["location"] ?? [:], "venue": venue], by: request, to: chat)
    }

    /// A `Location`.
    func location(_ arguments: Arguments) throws(BotAPIError) -> JSON {
        guard let latitude = arguments.real("latitude"), abs(latitude) <= 90 else {
            throw .badRequest(arguments.has("latitude") ? "wrong latitude specified" : "latitude is empty")
        }
        guard let longitude = arguments.real("longitude"), abs(longitude) <= 180 else {
            throw .badRequest(arguments.has("longitude") ? "wrong longitude specified" : "longitude is empty")
        }
        var location: JSON = ["latitude": JSON(real: latitude), "longitude": JSON(real: longitude)]
        for key in ["live_period", "heading", "proximity_alert_radius"] {
            arguments.integer(key).map { location.set(key, JSON($0)) }
        }
        arguments.real("horizontal_accuracy").map { location.set("horizontal_accuracy", JSON(real: $0)) }
        return location
    }

    /// A `Venue`.
    func venue(_ arguments: Arguments) throws(BotAPIError) -> JSON {
        var venue: JSON = [
            "location": try location(arguments), "title": JSON(arguments.text("title")),
            "address": JSON(arguments.text("address")),
        ]
        for key in ["foursquare_id", "foursquare_type", "google_place_id", "google_place_type"] {
            arguments.json[key].map { venue.set(key, $0) }
        }
        return venue
    }

    func sendContact(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        var contact: JSON = [:]
        for key in ["phone_number", "first_name"] {
            let text = request.text(key)
            guard !text.isEmpty else {
                throw .badRequest("\(key == "first_name" ? "first name" : "phone number") is empty")
            }
            contact.set(key, JSON(text))
        }
        for key in ["last_name", "vcard"] where !request.text(key).isEmpty {
            contact.set(key, JSON(request.text(key)))
        }
        request.arguments.id("user_id").map { contact.set("user_id", JSON($0)) }
        return try post(["contact": contact], by: request, to: chat)
    }

    /// The value is deterministic: it depends on the chat and its last message id.
    func sendDice(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let emoji = request.text("emoji").isEmpty ? "🎲" : request.text("emoji")
        guard let sides = ["🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64][emoji] as UInt64? else {
            throw .badRequest("wrong emoji specified")
        }
        let throwing = SipHash(key: (UInt64(bitPattern: chat.id), UInt64(chat.lastMessageID)))
        let dice: JSON = ["emoji": JSON(emoji), "value": JSON(throwing(Array(emoji.utf8)) % sides + 1)]
        return try post(["dice": dice], by: request, to: chat)
    }

    /// Sends content that is copied from the call without any checks.
    func sendOther(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let arguments = request.arguments
        var content: JSON = [:]
        switch request.name {
        case "sendlivephoto":
            try addCaption(of: arguments, to: &content)
        default:
            arguments.structure("checklist").map { content.set("checklist", $0) }
        }
        return try post(content, by: request, to: chat)
    }

    func sendChatAction(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let known: Set = [
            "cancel", "typing", "record_video", "upload_video", "record_audio", "upload_audio",
            "record_voice",
            "upload_voice", "upload_photo", "upload_document", "choose_sticker", "pick_up_location",
            "find_location",
            "record_video_note", "upload_video_note",
        ]
        guard known.contains(request.text("action").lowercased()) else {
            throw .badRequest("wrong parameter action in request")
        }
        onAction(.action(request.arguments.json, chat: chat.id))
        return true
    }
}

extension Arguments {
    /// A finite number, also from a string; nil for anything else.
    func real(_ name: String) -> Double? {
        guard let value = json[name] else { return nil }
        guard let real = value.number ?? value.string.flatMap(Double.init), real.isFinite else { return nil }
        return real
    }
}

extension JSON {
    /// A number, written as an integer if it has no fraction.
    init(real: Double) { self = Int64(exactly: real).map { JSON($0) } ?? JSON(floatLiteral: real) }
}
