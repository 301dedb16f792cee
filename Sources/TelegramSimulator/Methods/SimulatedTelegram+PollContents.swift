import BotAPI
import JSON

/// The contents of new polls.
extension SimulatedTelegram {
    /// The `Poll` that a request sends.
    func poll(_ request: Request) throws(BotAPIError) -> JSON {
        let arguments = request.arguments
        guard !request.text("question").isEmpty else { throw .badRequest("poll question must be non-empty") }
        var poll: JSON = ["id": "", "question": ""]
        try put(.pollQuestion, of: arguments, into: &poll)
        poll.set("options", try options(request))
        poll.merge(settings(of: arguments))
        try addParts(of: request, to: &poll)
        addEnd(of: arguments, to: &poll)
        poll.set("id", JSON(shared.polls.nextID()))
        return poll
    }

    /// Adds a text with the entities that Telegram keeps in this part of a poll.
    private func put(
        _ place: FormattedText.Place, of arguments: Arguments, into object: inout JSON
    ) throws(BotAPIError) {
        try FormattedText(arguments, place, user: chats.person).put(into: &object, place)
        guard place.keepsOnlyEmoji, let entities = object[place.entities] else { return }
        let emoji = entities.elements.filter { $0["type"] == "custom_emoji" }
        object[place.entities] = emoji.isEmpty ? nil : JSON(emoji)
    }

    private func options(_ request: Request) throws(BotAPIError) -> JSON {
        guard let options = request.arguments.structure("options"), options.isArray else {
            throw .badRequest("expected an Array of String as options")
        }
        guard options.count >= 1 else { throw .badRequest("poll must have at least 2 option") }
        guard options.count <= 12 else { throw .badRequest("poll can't have more than 12 options") }
        var choices: JSON = []
        for (number, option) in options.elements.enumerated() {
            let option = Arguments(option.string.map { ["text": JSON($0)] } ?? option)
            guard !option.text("text").isEmpty else { throw .badRequest("poll options must be non-empty") }
            var choice: JSON = ["persistent_id": JSON(String(number)), "text": ""]
            try put(.pollOption, of: option, into: &choice)
            choice.set("voter_count", 0)
            try pollMedia("media", of: option, request.files).map { choice.set("media", $0) }
            choices.append(choice)
        }
        return choices
    }

    private func settings(of arguments: Arguments) -> JSON {
        let isQuiz = arguments.text("type") == "quiz"
        func flag(_ name: String, unless missing: Bool) -> JSON {
            JSON(arguments.has(name) ? arguments.flag(name) : missing)
        }
        return [
            "total_voter_count": 0, "is_closed": JSON(arguments.flag("is_closed")),
            "is_anonymous": flag("is_anonymous", unless: true), "type": isQuiz ? "quiz" : "regular",
            "allows_multiple_answers": JSON(arguments.flag("allows_multiple_answers")),
            "allows_revoting": isQuiz ? false : flag("allows_revoting", unless: true),
            "members_only": JSON(arguments.flag("members_only")),
        ]
    }

    /// Adds the description, the media, and, for a quiz, the answer.
    private func addParts(of request: Request, to poll: inout JSON) throws(BotAPIError) {
        try put(.pollDescription, of: request.arguments, into: &poll)
        try pollMedia("media", of: request.arguments, request.files).map { poll.set("media", $0) }
        guard poll["type"] == "quiz" else { return }
        try addAnswer(of: request.arguments, among: poll["options"]?.count ?? 0, to: &poll)
        try put(.explanation, of: request.arguments, into: &poll)
        try pollMedia("explanation_media", of: request.arguments, request.files).map {
            poll.set("explanation_media", $0)
        }
    }

    private func addAnswer(
        of arguments: Arguments, among count: Int, to poll: inout JSON
    ) throws(BotAPIError) {
        let many = arguments.structure("correct_option_ids")?.elements.compactMap(\.integer)
        let right = many ?? arguments.integer("correct_option_id").map { [$0] } ?? []
        guard !right.isEmpty, right.allSatisfy({ 0..<Int64(count) ~= $0 }) else {
            throw .badRequest("wrong correct option ID specified")
        }
        right.first.map { poll.set("correct_option_id", JSON($0)) }
        poll.set("correct_option_ids", JSON(right.map { JSON($0) }))
    }

    /// The `PollMedia` for an `InputPollMedia`; nil if the parameter is missing.
    private func pollMedia(
        _ parameter: String, of arguments: Arguments, _ uploads: [ReceivedFile]
    ) throws(BotAPIError) -> JSON? {
        guard let given = arguments.structure(parameter) else { return nil }
        let media = Arguments(given)
        switch media.text("type") {
        case "location": return ["location": try location(media)]
        case "venue": return ["venue": try venue(media)]
        case "link": return ["link": ["url": JSON(media.text("url"))]]
        case "live_photo":
            return ["live_photo": try files.object("video", media, parameter: "media", uploads)]
        case let kind:
            return [kind: try files.object(kind, media, parameter: "media", uploads)]
        }
    }

    /// A poll without a `close_date` closes after its `open_period`, and one without both stays open.
    private func addEnd(of arguments: Arguments, to poll: inout JSON) {
        guard poll["is_closed"] == false else { return }
        if let period = arguments.integer("open_period"), period > 0 {
            poll.set("open_period", JSON(period))
            poll.set("close_date", JSON(now() + period))
        } else if let date = arguments.integer("close_date"), date > 0 {
            poll.set("close_date", JSON(date))
        }
    }
}
