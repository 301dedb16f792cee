import BotAPI
import JSON

/// What a rich message's parts need to know about the rest.
struct RichContext {
    /// Whether Telegram looks for links, mentions and so on in the text.
    let isSearched: Bool
    let isDraft: Bool
    /// Returns the `User` with an id.
    let user: (Int64) -> JSON?
    /// Returns the object of a file, such as a `Video`; for `photo`, an array of sizes. The file is the argument
    /// `media`.
    let file: (_ kind: String, _ arguments: Arguments) throws(BotAPIError) -> JSON

    /// - Parameters:
    ///   - kind: a block's type, such as `voice_note`.
    ///   - media: an `InputMedia`.
    func mediaBlock(_ kind: String, _ media: JSON) throws(BotAPIError) -> JSON {
        let arguments = Arguments(media)
        var block: JSON = ["type": JSON(kind)]
        block.set(kind, try file(kind == "voice_note" ? "voice" : kind, arguments))
        if arguments.flag("has_spoiler"), ["photo", "video", "animation"].contains(kind) {
            block.set("has_spoiler", true)
        }
        return block
    }

    func thinking(_ text: JSON) throws(BotAPIError) -> JSON {
        guard isDraft else { throw .rich("THINKING_NOT_ALLOWED") }
        return ["type": "thinking", "text": text]
    }

    static let mediaKinds: Set = ["animation", "audio", "document", "photo", "video", "voice_note"]
}

extension BotAPIError {
    /// Telegram's error for a rich message, such as `RICH_MESSAGE_EMPTY`.
    static func rich(_ fault: String) -> BotAPIError { .badRequest("RICH_MESSAGE_\(fault)") }
}
