import BotAPI
import JSON

/// A `RichMessage` of an `InputRichMessage`: blocks, Markdown or HTML, read and refused as by Telegram.
///
/// - SeeAlso: https://core.telegram.org/bots/api#richmessage
enum RichMessage {
    /// A longer source, in bytes, is too long, whatever its markup.
    private static let sourceLimit = 256 << 10

    /// - Parameter argument: the parameter `rich_message`.
    /// - Throws: Telegram's errors, such as `RICH_MESSAGE_TEXT_TOO_LONG`.
    static func read(
        _ argument: JSON?, isDraft: Bool = false, user: @escaping (Int64) -> JSON?,
        file: @escaping (_ kind: String, _ arguments: Arguments) throws(BotAPIError) -> JSON
    ) throws(BotAPIError) -> JSON {
        let text = argument?.string
        guard let argument, text?.isEmpty != true else { throw .badRequest("rich message must be non-empty") }
        guard let input = text == nil ? argument : text.flatMap({ try? JSON(parsing: $0) }) else {
            throw .badRequest("can't parse rich message JSON object")
        }
        guard input.isObject else { throw .badRequest("object expected as rich message") }
        let context = RichContext(
            isSearched: !Arguments(input).flag("skip_entity_detection"), isDraft: isDraft, user: user,
            file: file)
        let blocks = try blocks(of: input, context)
        try RichLimits.check(blocks)
        var message: JSON = ["blocks": blocks]
        if Arguments(input).flag("is_rtl") { message.set("is_rtl", true) }
        return message
    }

    /// Of several sources, Telegram takes the blocks, else the Markdown.
    private static func blocks(of input: JSON, _ context: RichContext) throws(BotAPIError) -> JSON {
        if let blocks = input["blocks"] {
            guard !blocks.isArray || blocks.count > 0 else {
                throw .badRequest("rich message must be non-empty")
            }
            return try RichBlockReader(context: context).blocks(blocks)
        }
        let media = try RichMedia(input["media"])
        if let markdown = input["markdown"]?.string {
            guard !markdown.isEmpty else { throw .rich("MARKDOWN_INVALID") }
            guard markdown.utf8.count <= sourceLimit else { throw .rich("TEXT_TOO_LONG") }
            guard let nodes = RichMarkdown.read(markdown) else { throw .rich("DEPTH_INVALID") }
            return try made(of: nodes, media, context)
        }
        guard let html = input["html"]?.string else { throw .badRequest("rich message must be non-empty") }
        guard !html.isEmpty else { throw .rich("HTML_INVALID") }
        guard html.utf8.count <= sourceLimit else { throw .rich("TEXT_TOO_LONG") }
        var tree = RichTree()
        RichHTML(html).read(into: &tree)
        guard !tree.isTooDeep else { throw .rich("DEPTH_INVALID") }
        return try made(of: tree.finish(), media, context)
    }

    private static func made(
        of nodes: [RichNode], _ media: RichMedia, _ context: RichContext
    ) throws(BotAPIError) -> JSON {
        var blocks = RichBlocks(nodes, media, context)
        return JSON(try blocks.read(nodes))
    }
}
