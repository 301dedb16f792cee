import BotAPI
import JSON

/// A text as Telegram keeps it: without its markup and the space around it, and with the entities that were
/// given, written as markup, or found.
struct FormattedText {
    /// Where in a call the text and what belongs to it stand, and what is asked of it.
    struct Place {
        var text = "text"
        var entities = "entities"
        var mode = "parse_mode"
        /// How many code points may be left once the markup is out.
        var limit = 4096
        /// What is said of a text that is longer.
        fileprivate(set) var tooLong = "message is too long"
        /// Whether there may be nothing: a caption, not a message.
        fileprivate(set) var mayBeEmpty = false

        static let message = Place()
        static let caption = Place(
            text: "caption", entities: "caption_entities", limit: 1024,
            tooLong: "message caption is too long",
            mayBeEmpty: true)
    }

    /// In bytes, with its markup.
    private static let rawLimit = 1 << 15
    /// A message has no more than these that it was sent with.
    private static let entityLimit = 100

    private(set) var text = ""
    /// `MessageEntity` objects, in order, of which two that share a character are one inside the other.
    private(set) var entities: [JSON] = []

    /// - Parameters:
    ///   - user: who has an id, a `User`. Nil for a stranger: the name then stays plain text.
    /// - Throws: Telegram's words for what is empty, too long, or can't be parsed.
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

    /// Throws what `init` throws, for less.
    static func check(
        _ arguments: Arguments, _ place: Place = .message, user: (Int64) -> JSON? = { _ in nil }
    ) throws(BotAPIError) {
        let raw = try raw(arguments, place)
        if raw.isEmpty { return }
        if try signs(ofPlain: raw, arguments, place) == nil {
            _ = try FormattedText(arguments, place, user: user)
        }
    }

    /// Empty only where it may be.
    private static func raw(_ arguments: Arguments, _ place: Place) throws(BotAPIError) -> String {
        let raw = arguments.text(place.text)
        guard !raw.isEmpty || place.mayBeEmpty else { throw .badRequest("message text is empty") }
        guard raw.utf8.count <= rawLimit else { throw .badRequest("text is too long") }
        return raw
    }

    private static func isPlain(_ mode: String) -> Bool { mode.isEmpty || mode.lowercased() == "none" }

    /// What may be found in a text that stays as it is; nil for one that needs a closer look.
    private static func signs(
        ofPlain raw: String, _ arguments: Arguments, _ place: Place
    ) throws(BotAPIError) -> TextScan.Signs? {
        guard !arguments.has(place.entities), isPlain(arguments.text(place.mode)) else { return nil }
        let glance = TextScan(raw)
        guard glance.isTidy, glance.isVisible else { return nil }
        guard glance.length <= place.limit else { throw .badRequest(place.tooLong) }
        return glance.signs
    }

    /// Puts the text and its entities into a message, under the names of a message; neither where it is empty.
    func put(into message: inout JSON, _ place: Place = .message) {
        guard !text.isEmpty else { return }
        message.set(place.text, JSON(text))
        if !entities.isEmpty { message.set(place.entities, JSON(entities)) }
    }

    /// The first hundred, styles after all others; what Telegram found isn't counted, nor are custom emoji.
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
