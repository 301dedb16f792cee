import JSON
import TelegramSimulator

/// Buttons that the current user presses, and commands that the user types.
extension Conversation {
    func press(_ button: String) throws(ActionError) -> Outcome {
        // The stop button of a draft isn't a message's.
        if button.lowercased() == "stop", (try? performInChat("stopDraft", [:])) != nil { return .done }
        var parameters: JSON = ["button": JSON(button)]
        // Without a message, the button is looked up in the chat's reply keyboard.
        targets.buttons[chat].map { parameters.set("message_id", JSON($0)) }
        let pressed: JSON
        do throws(ActionError) {
            pressed = try performInChat("pressButton", parameters)
        } catch {
            // The app's own button of paid media is in no keyboard.
            guard button.lowercased() == "buy", (try? performInChat("buyPaidMedia", [:])) != nil else {
                throw error
            }
            return .hint("the media is paid for")
        }
        if let url = pressed["url"]?.string ?? pressed["web_app"]?["url"]?.string {
            return .appAction("opens \(url)")
        }
        if let text = pressed["copy_text"]?["text"]?.string { return .appAction("copies \(text)") }
        let query = pressed["switch_inline_query_current_chat"] ?? pressed["switch_inline_query"]
        return query?.string.map { .appAction("asks the bot: /inline \($0)") } ?? .done
    }

    /// What a text may become: the commands that it begins, of the chat and of the bot, sorted. Empty unless it is the
    /// beginning of a command.
    package func completions(of text: String) -> [String] {
        guard text.hasPrefix("/"), !text.contains(where: \.isWhitespace) else { return [] }
        let own = TypedLine.usage.filter { !$0.line.hasPrefix("//") }.map { command in
            let words = command.line.split(separator: " ")
            return String(words[0]) + (words.count > 1 ? " " : "")
        }
        let bots = telegram.commandNames(in: chat, for: speaker).map { "/\($0)" }
        let all = own + bots.filter { !own.contains($0) && !own.contains($0 + " ") }
        return all.filter { $0.hasPrefix(text) }.sorted()
    }
}
