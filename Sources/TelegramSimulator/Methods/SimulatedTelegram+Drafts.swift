import BotAPI
import JSON

/// Messages that the bot is still writing.
///
/// - SeeAlso: https://core.telegram.org/bots/api#sendmessagedraft
extension SimulatedTelegram {
    /// Shows a draft, or another version of it.
    func sendDraft(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        guard let id = request.arguments.integer("draft_id"), id != 0 else {
            throw .badRequest("invalid draft_id specified")
        }
        var draft: JSON = ["draft_id": JSON(id)]
        request.arguments.integer("message_thread_id").map { draft.set("message_thread_id", JSON($0)) }
        if request.text("text").isEmpty {
            draft.set("text", "")
        } else {
            try FormattedText(request.arguments, user: chats.person).put(into: &draft)
        }
        if request.name == "sendrichmessagedraft" { _ = try richMessage(of: request, isDraft: true) }
        if let rich = request.arguments.structure("rich_message") {
            draft.remove("text")
            draft.set("rich_message", rich)
        }
        for flag in ["can_stop", "keep_on_stop"] where request.arguments.flag(flag) { draft.set(flag, true) }
        draft.set("expires", JSON(now() + SimulatedDrafts.lifetime))
        interactions.drafts.show(draft, in: chat.id, at: now())
        onAction(.draft(draft, chat: chat.id))
        return true
    }

    /// Presses the stop button of the draft with this `draft_id` (default: the newest one). Returns the
    /// `MessageGenerationStopped`.
    func stopDraft(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        let id = request.arguments.integer("draft_id")
        guard let draft = interactions.drafts.stoppable(id, in: chat.id, at: now()) else {
            throw .badRequest("there is no draft with a stop button")
        }
        interactions.drafts.remove(draft, from: chat.id)
        var stop: JSON = ["chat": chat.json]
        for key in ["message_thread_id", "draft_id"] { draft[key].map { stop.set(key, $0) } }
        onUpdate("stopped_message_generation", stop)
        return stop
    }
}
