import BotAPI
import JSON

/// Sends rich messages.
extension SimulatedTelegram {
    func sendRichMessage(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        return try post(["rich_message": try richMessage(of: request)], by: request, to: chat)
    }

    /// The `RichMessage` of the parameter `rich_message`.
    func richMessage(of request: Request, isDraft: Bool = false) throws(BotAPIError) -> JSON {
        try richMessage(request.arguments.json["rich_message"], isDraft: isDraft, request.files)
    }

    func richMessage(
        _ argument: JSON?, isDraft: Bool = false, _ uploads: [ReceivedFile]
    ) throws(BotAPIError) -> JSON {
        try RichMessage.read(argument, isDraft: isDraft, user: chats.person) {
            [self] kind, arguments throws(BotAPIError) in
            try files.object(kind, arguments, parameter: "media", uploads)
        }
    }

    /// The buttons within a rich message, in reading order.
    static func buttons(inRich message: JSON) -> [JSON] {
        func collect(_ value: JSON) -> [JSON] {
            if value.isArray { return value.elements.flatMap(collect) }
            guard value.isObject else { return [] }
            if let button = value["button"] { return [button] }
            if value["type"]?.string == "buttons" { return value["buttons"]?.elements ?? [] }
            let parts = ["summary", "text", "blocks", "items", "cells", "credit", "caption"]
            return parts.flatMap { value[$0].map(collect) ?? [] }
        }
        return message["rich_message"]?["blocks"].map(collect) ?? []
    }
}
