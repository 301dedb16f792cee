import BotAPI
import JSON

/// The labels of a list's items: bullets, or numbers such as `3.`, `c.` and `iii.`.
struct RichNumbers {
    private let type: String?
    private let step: Int64
    private var value: Int64

    /// - Parameter list: `ol` or `ul`.
    init(_ list: RichElement, count: Int) {
        let isReversed = list.attributes["reversed"] != nil
        type = list.name == "ol" ? list.attributes["type"] ?? "1" : nil
        step = isReversed ? -1 : 1
        let start = list.attributes["start"].flatMap { Int64($0) }
        value = start.map { min(max($0, -1_000_000), 1_000_000) } ?? (isReversed ? Int64(count) : 1)
    }

    /// The item's properties without its content.
    mutating func next(_ item: RichElement) -> JSON {
        guard let type else { return ["label": "•"] }
        if let given = item.attributes["value"].flatMap({ Int64($0) }) {
            value = min(max(given, -1_000_000), 1_000_000)
        }
        defer { value += step }
        return Self.item(value, item.attributes["type"] ?? type)
    }

    static func item(_ value: Int64, _ type: String) -> JSON {
        let known = ["1", "a", "A", "i", "I"].contains(type) ? type : "1"
        return ["label": JSON("\(text(value, known))."), "value": JSON(value), "type": JSON(known)]
    }

    private static func text(_ value: Int64, _ type: String) -> String {
        switch type {
        case "a" where value > 0: letters(value)
        case "A" where value > 0: letters(value).uppercased()
        case "i" where 1..<4000 ~= value: roman(value)
        case "I" where 1..<4000 ~= value: roman(value).uppercased()
        default: String(value)
        }
    }

    private static func letters(_ value: Int64) -> String {
        var rest = value
        var text = ""
        while rest > 0 {
            rest -= 1
            text = String(decoding: [UInt8(ascii: "a") + UInt8(rest % 26)], as: UTF8.self) + text
            rest /= 26
        }
        return text
    }

    private static func roman(_ value: Int64) -> String {
        let signs: [(Int64, String)] = [
            (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
            (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
        ]
        var rest = value
        var text = ""
        for (worth, sign) in signs {
            while rest >= worth {
                text += sign
                rest -= worth
            }
        }
        return text
    }
}

/// A `RichBlockTableCell`.
enum RichCell {
    /// - Parameter properties: `colspan`, `rowspan`, `align` and `valign`, each as text.
    static func json(
        _ text: JSON, isHeader: Bool, _ properties: [String: String]
    ) throws(BotAPIError) -> JSON {
        var cell: JSON = [:]
        if !RichText.isEmpty(text) { cell.set("text", text) }
        if isHeader { cell.set("is_header", true) }
        for key in ["colspan", "rowspan"] {
            guard let given = properties[key], !given.isEmpty else { continue }
            guard let count = Int64(given), 0...10_000 ~= count else {
                throw .unreadableBlock("Invalid table cell \(key) specified")
            }
            if count > 1 { cell.set(key, JSON(count)) }
        }
        let align = properties["align"] ?? (isHeader ? "center" : "left")
        guard ["left", "center", "right"].contains(align) else {
            throw .unreadableBlock("Invalid horizontal alignment specified")
        }
        let valign = properties["valign"] ?? "middle"
        guard ["top", "middle", "bottom"].contains(valign) else {
            throw .unreadableBlock("Invalid vertical alignment specified")
        }
        cell.set("align", JSON(align))
        cell.set("valign", JSON(valign))
        return cell
    }
}

/// A `RichBlockMap`.
enum RichMap {
    static func read(_ element: RichElement) throws(BotAPIError) -> JSON {
        func number(_ key: String) -> Double? { element.attributes[key].flatMap(Double.init) }
        return try json(
            latitude: number("lat"), longitude: number("long"), zoom: number("zoom"), width: number("width"),
            height: number("height"))
    }

    static func json(
        latitude: Double?, longitude: Double?, zoom: Double?, width: Double?, height: Double?
    ) throws(BotAPIError) -> JSON {
        guard let latitude, let longitude, -90...90 ~= latitude, -180...180 ~= longitude else {
            throw .unreadableBlock("Invalid location specified")
        }
        let sides = (width ?? 0, height ?? 0)
        guard 0...24 ~= zoom ?? 0, 0...10_000 ~= sides.0, 0...10_000 ~= sides.1, sides.0 + sides.1 <= 10_000
        else {
            throw .unreadableBlock("Invalid map properties specified")
        }
        var location: JSON = [:]
        location.set("latitude", JSON(real: latitude))
        location.set("longitude", JSON(real: longitude))
        var map: JSON = ["type": "map", "location": location]
        map.set("zoom", JSON(Int64(zoom ?? 0)))
        map.set("width", JSON(Int64(sides.0)))
        map.set("height", JSON(Int64(sides.1)))
        return map
    }
}

/// The `media` of an `InputRichMessage`, which its markup names by `tg://photo?id=…`.
struct RichMedia {
    private var byID: [String: JSON] = [:]

    init(_ media: JSON?) throws(BotAPIError) {
        for item in media?.elements ?? [] {
            guard let id = item["id"]?.string else {
                throw .badRequest("can't parse InputRichMessageMedia: Can't find field \"id\"")
            }
            guard let content = item["media"], content.isObject else {
                throw .badRequest("can't parse InputRichMessageMedia: Field \"media\" must be of type Object")
            }
            byID[id] = content
        }
    }

    /// - Parameters:
    ///   - tag: `img`, `video`, `audio` or `tg-document`.
    ///   - source: an HTTP URL, or a link to one of the message's files.
    func block(_ tag: String, _ source: String, isHidden: Bool, _ context: RichContext) throws(BotAPIError)
        -> JSON
    {
        var media: JSON
        if source.hasPrefix("tg://") {
            guard let id = source.split(separator: "?id=").dropFirst().last, let known = byID[String(id)]
            else {
                throw .badRequest("media not found")
            }
            media = known
        } else {
            let scheme = source.prefix { $0 != ":" }.lowercased()
            guard scheme == "http" || scheme == "https" else { throw .rich("URL_INVALID") }
            media = ["type": JSON(Self.kind(tag, source)), "media": JSON(source)]
        }
        if isHidden { media.set("has_spoiler", true) }
        let kind = media["type"]?.string ?? ""
        guard RichContext.mediaKinds.contains(kind) else { throw .badRequest("media not found") }
        return try context.mediaBlock(kind, media)
    }

    /// Telegram goes by the file's type. Nothing is downloaded here, so only its name counts.
    private static func kind(_ tag: String, _ url: String) -> String {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        switch path.split(separator: ".").last?.lowercased() {
        case "mp4", "mov", "webm": return "video"
        case "gif": return "animation"
        case "mp3", "m4a", "flac", "wav": return "audio"
        case "ogg", "oga", "opus": return "voice_note"
        default: return ["video": "video", "audio": "audio", "tg-document": "document"][tag] ?? "photo"
        }
    }
}
