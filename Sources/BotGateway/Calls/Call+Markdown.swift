import JSON

extension Call {
    /// A rich message's Markdown as plain messages; empty for another call.
    var withoutMarkdown: [Call] {
        guard method == "sendRichMessage", let markdown = parameters["rich_message"]?["markdown"]?.string
        else { return [] }
        var output = PlainTextOutput(sendsFiles: false)
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
        let messages = lines.flatMap { output.append(String($0)) } + output.flush()
        return messages.compactMap { message in
            guard case .text(let text) = message else { return nil }
            var parameters = parameters
            parameters.remove("rich_message")
            parameters.set("text", JSON(text))
            return try? Call(type: "telegram.send_message", parameters: parameters, id: id, in: nil)
        }
    }
}
