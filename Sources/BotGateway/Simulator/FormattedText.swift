import JSON

/// A text as Telegram keeps it: without its markup and the space around it, and with the entities that were
/// given, written as markup, or found.
struct FormattedText {
    /// Where in a call the text and what belongs to it stands.
    struct Place {
        var text = "text"
        var entities = "entities"
        var mode = "parse_mode"
        /// How many code points may be left once the markup is out.
        var limit = 4096
        /// What is said of a text that is longer.
        var tooLong = "message is too long"
        /// Whether there may be nothing: a caption, not a message.
        var mayBeEmpty = false

        static let message = Place()
        static let caption = Place(
            text: "caption", entities: "caption_entities", limit: 1024,
            tooLong: "message caption is too long",
            mayBeEmpty: true)
    }

    var text: String
    /// `MessageEntity` objects, sorted and rightly nested. A `text_mention`'s `user` has only an `id` where
    /// nobody is known by it.
    var entities: [JSON]

    /// - Parameter user: who has an id, a `User`; nil for a stranger.
    init(
        _ arguments: Arguments, _ place: Place = .message, user: (Int64) -> JSON? = { _ in nil }
    ) throws(BotAPIError) {
        text = arguments.text(place.text)
        entities = arguments.structure(place.entities)?.elements ?? []
    }

    /// Puts the text and its entities into a message, under the names of a message: none where there is
    /// nothing.
    func put(into message: JSON, _ place: Place = .message) {
        guard !text.isEmpty else { return }
        message.set(place.text, JSON(text))
        if !entities.isEmpty { message.set(place.entities, JSON(entities)) }
    }
}
