import BotAPI
import JSON

/// A text as Telegram stores it: without markup and surrounding space. Its entities come from a parameter, from markup,
/// or from Telegram's own search.
struct FormattedText {
    /// The parameters for a text, and the rules for it.
    struct Place {
        var text = "text"
        var entities = "entities"
        var mode = "parse_mode"
        /// The maximum number of code points without markup.
        var limit = 4096
        /// The error for a longer text.
        fileprivate(set) var tooLong = "message is too long"
        /// Whether the text may be empty, as for a caption, but not for a message.
        fileprivate(set) var mayBeEmpty = false
        /// Whether Telegram keeps only custom emoji of all entities.
        fileprivate(set) var keepsOnlyEmoji = false

        static let message = Place()
        static let caption = Place(
            text: "caption", entities: "caption_entities", limit: 1024,
            tooLong: "message caption is too long",
            mayBeEmpty: true)
        static let pollQuestion = poll(
            "question", limit: 300, tooLong: "poll question length must not exceed 300")
        static let pollOption = poll("text", limit: 100, tooLong: "poll options length must not exceed 100")
        static let pollDescription = Place(
            text: "description", entities: "description_entities", mode: "description_parse_mode",
            limit: 1024, tooLong: "message caption is too long", mayBeEmpty: true)
        static let explanation = Place(
            text: "explanation", entities: "explanation_entities", mode: "explanation_parse_mode",
            limit: 200, tooLong: "message caption is too long", mayBeEmpty: true)

        private static func poll(_ text: String, limit: Int, tooLong: String) -> Place {
            Place(
                text: text, entities: "\(text)_entities", mode: "\(text)_parse_mode", limit: limit,
                tooLong: tooLong, keepsOnlyEmoji: true)
        }
    }

    /// The maximum size in bytes, including markup.
    private static let rawLimit = 1 << 15
    /// The maximum number of entities that the sender of a message can set.
    private static let entityLimit = 100

    private(set) var text = ""
    /// `MessageEntity` objects in order. Of any two that share a character, one is inside the other.
    private(set) var entities: [JSON] = []

    /// - Parameters:
    ///   - user: returns the `User` with an id. If it returns nil, a mention of this user becomes plain text.
    /// - Throws: Telegram's error for a text that is empty, too long, or malformed.
    init(
        _ arguments: Arguments, _ place: Place = .message, user: (Int64) -> JSON? = { _ in nil }
    ) throws(BotAPIError) {
        let raw = try Self.raw(arguments, place)
        guard !raw.isEmpty else { return }
        if let signs = try Self.signs(ofPlain: raw, arguments, place) {
            text = raw
            entities = TextEntities.find(signs, in: raw).map { JSON($0) }
            return
        }
        let mode = arguments.text(place.mode)
        let parsed: Markup.Parsed =
            Self.isPlain(mode)
            ? (raw, try ExplicitEntities.read(arguments.structure(place.entities)))
            : try Markup.parse(raw, mode: mode)
        var users: [Int64: JSON] = [:]
        let known = parsed.entities.filter { entity in
            guard case .user(let id) = entity.detail else { return true }
            users[id] = users[id] ?? user(id)
            return users[id] != nil
        }
        var tidy = try NormalizedText(parsed.text, known)
        guard place.mayBeEmpty || !tidy.isInvisible else { throw .badRequest("text must be non-empty") }
        text = tidy.text
        guard text.unicodeScalars.count <= place.limit else { throw .badRequest(place.tooLong) }
        tidy.add(found: TextEntities.find(in: text))
        entities = Self.limited(tidy.entities).map { entity in
            guard case .user(let id) = entity.detail else { return JSON(entity) }
            return JSON(entity, user: users[id])
        }
    }

    /// Throws the same errors as `init`, but is faster.
    static func check(
        _ arguments: Arguments, _ place: Place = .message, user: (Int64) -> JSON? = { _ in nil }
    ) throws(BotAPIError) {
        let raw = try raw(arguments, place)
        if raw.isEmpty { return }
        if try signs(ofPlain: raw, arguments, place) == nil {
            _ = try FormattedText(arguments, place, user: user)
        }
    }

    /// The raw text, which is empty only if this is allowed.
    private static func raw(_ arguments: Arguments, _ place: Place) throws(BotAPIError) -> String {
        let raw = arguments.text(place.text)
        guard !raw.isEmpty || place.mayBeEmpty else { throw .badRequest("message text is empty") }
        guard raw.utf8.count <= rawLimit else { throw .badRequest("text is too long") }
        return raw
    }

    private static func isPlain(_ mode: String) -> Bool { mode.isEmpty || mode.lowercased() == "none" }

    /// The signs of entities in a text that Telegram leaves unchanged; nil for a text that must be parsed.
    private static func signs(
        ofPlain raw: String, _ arguments: Arguments, _ place: Place
    ) throws(BotAPIError) -> TextScan.Signs? {
        guard !arguments.has(place.entities), isPlain(arguments.text(place.mode)) else { return nil }
        let glance = TextScan(raw)
        guard glance.isTidy, glance.isVisible else { return nil }
        guard glance.length <= place.limit else { throw .badRequest(place.tooLong) }
        return glance.signs
    }

    /// Adds the text and its entities to a message, unless the text is empty.
    func put(into message: inout JSON, _ place: Place = .message) {
        guard !text.isEmpty else { return }
        message.set(place.text, JSON(text))
        if !entities.isEmpty { message.set(place.entities, JSON(entities)) }
    }

    /// The first 100 entities; styles are dropped before others. Custom emoji and entities that Telegram found don't
    /// count.
    private static func limited(_ entities: [TextEntity]) -> [TextEntity] {
        func isCounted(_ entity: TextEntity) -> Bool { !entity.isFound && entity.kind != .customEmoji }
        var stylesLeft = entityLimit - entities.count { isCounted($0) && !$0.isStyle }
        var othersLeft = entityLimit
        return entities.filter { entity in
            guard isCounted(entity) else { return true }
            if entity.isStyle {
                stylesLeft -= 1
                return stylesLeft >= 0
            }
            othersLeft -= 1
            return othersLeft >= 0
        }
    }
}
