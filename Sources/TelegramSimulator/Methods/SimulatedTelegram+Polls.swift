import BotAPI
import JSON

/// Polls and quizzes.
extension SimulatedTelegram {
    func sendPoll(_ request: Request) throws(BotAPIError) -> JSON {
        let poll = try poll(request)
        let chat = try chat(of: request)
        let message = try post(["poll": poll], by: request, to: chat)
        // In a replay, votes come from the log, and belong to the recorded bot's polls.
        if strictness == .strict, let id = poll["id"]?.string, let number = message["message_id"]?.integer {
            interactions.polls[id] = SimulatedPolls.Poll(json: poll, chat: chat.id, message: number)
        }
        return message
    }

    private func poll(_ request: Request) throws(BotAPIError) -> JSON {
        let arguments = request.arguments
        let question = arguments.text("question")
        guard !question.isEmpty else { throw .badRequest("poll question must be non-empty") }
        guard question.unicodeScalars.count <= 300 else {
            throw .badRequest("poll question length must not exceed 300")
        }
        guard let options = arguments.structure("options"), options.isArray else {
            throw .badRequest("expected an Array of String as options")
        }
        guard options.count >= 1 else { throw .badRequest("poll must have at least 2 option") }
        guard options.count <= 12 else { throw .badRequest("poll can't have more than 12 options") }
        var choices: JSON = []
        for (number, option) in options.elements.enumerated() {
            let text = option.string ?? option["text"]?.string ?? ""
            guard !text.isEmpty else { throw .badRequest("poll options must be non-empty") }
            guard text.unicodeScalars.count <= 100 else {
                throw .badRequest("poll options length must not exceed 100")
            }
            choices.append(["persistent_id": JSON(String(number)), "text": JSON(text), "voter_count": 0])
        }
        let isQuiz = arguments.text("type") == "quiz"
        let isAnonymous = arguments.has("is_anonymous") ? arguments.flag("is_anonymous") : true
        var poll: JSON = [
            "id": JSON(interactions.polls.nextID()), "question": JSON(question), "options": choices,
            "total_voter_count": 0,
            "is_closed": JSON(arguments.flag("is_closed")), "is_anonymous": JSON(isAnonymous),
            "type": isQuiz ? "quiz" : "regular",
            "allows_multiple_answers": JSON(arguments.flag("allows_multiple_answers")),
            "allows_revoting": JSON(
                !isQuiz && (!arguments.has("allows_revoting") || arguments.flag("allows_revoting"))),
            "members_only": JSON(arguments.flag("members_only")),
        ]
        if isQuiz { try addAnswer(of: arguments, among: choices.count, to: &poll) }
        for key in ["open_period", "close_date"] { arguments.integer(key).map { poll.set(key, JSON($0)) } }
        return poll
    }

    private func addAnswer(of arguments: Arguments, among count: Int, to poll: inout JSON) throws(BotAPIError)
    {
        let many = arguments.structure("correct_option_ids")?.elements.compactMap(\.integer)
        let right = many ?? arguments.integer("correct_option_id").map { [$0] } ?? []
        guard !right.isEmpty, right.allSatisfy({ 0..<Int64(count) ~= $0 }) else {
            throw .badRequest("wrong correct option ID specified")
        }
        right.first.map { poll.set("correct_option_id", JSON($0)) }
        poll.set("correct_option_ids", JSON(right.map { JSON($0) }))
        let explanation = arguments.text("explanation")
        guard explanation.unicodeScalars.count <= 200 else {
            throw .badRequest("message caption is too long")
        }
        if !explanation.isEmpty { poll.set("explanation", JSON(explanation)) }
    }

    func stopPoll(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let markup = try ReplyMarkup(request.arguments)
        guard let number = request.arguments.integer("message_id"), var message = chat.messages[number] else {
            guard strictness == .lenient else { throw .badRequest("message with poll to stop not found") }
            return plausible("stopPoll", request)
        }
        guard let poll = message["poll"] else { throw .badRequest("message with poll to stop not found") }
        guard poll["is_closed"]?.bool != true else { throw .badRequest("poll has already been closed") }
        var closed = poll
        closed.set("is_closed", true)
        message.remove("reply_markup")
        markup?.inlineKeyboard.map { message.set("reply_markup", $0) }
        show(closed, in: message, chat)
        if interactions.polls[poll["id"]?.string ?? ""] != nil { onUpdate("poll", closed) }
        return closed
    }

    /// Stores a changed poll, and shows users the edited message.
    private func show(_ poll: JSON, in message: JSON, _ chat: SimulatedChat) {
        var message = message
        message.set("poll", poll)
        chat.messages.put(message)
        if let id = poll["id"]?.string { interactions.polls[id]?.json = poll }
        onAction(.edited(message))
    }

    /// Votes in a poll. The parameters are `message_id` and `option_ids`, which start at 0; an empty list retracts the
    /// vote. Returns the `Poll`.
    func votePoll(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard let person = request.person, let voter = request.personID,
            let message = request.arguments.integer("message_id").flatMap({ chat.messages[$0] }),
            let id = message["poll"]?["id"]?.string, var poll = interactions.polls[id]
        else { throw .badRequest("message with poll not found") }
        guard !poll.isClosed else { throw .badRequest("poll has already been closed") }
        let given = request.arguments.structure("option_ids")?.elements.compactMap(\.integer)
        let options = given ?? request.arguments.integer("option_ids").map { [$0] } ?? []
        let count = poll.json["options"]?.count ?? 0
        guard options.allSatisfy({ 0..<Int64(count) ~= $0 }) else {
            throw .badRequest("invalid option ID specified")
        }
        guard options.count <= 1 || poll.json["allows_multiple_answers"]?.bool == true else {
            throw .badRequest("can't choose more than 1 option in the poll")
        }
        guard poll.json["allows_revoting"]?.bool == true || poll.votes[voter] == nil else {
            throw .badRequest("REVOTE_NOT_ALLOWED")
        }
        poll.votes[voter] = options.isEmpty ? nil : options.map { Int($0) }
        poll.count()
        interactions.polls[id] = poll
        show(poll.json, in: message, chat)
        // Bots get no updates about polls that users sent.
        guard message["from"]?["id"]?.integer == botID || chat.isChannel else { return poll.json }
        onUpdate("poll", poll.json)
        if poll.json["is_anonymous"]?.bool != true {
            onUpdate(
                "poll_answer",
                [
                    "poll_id": JSON(id), "user": person, "option_ids": JSON(options.map { JSON($0) }),
                    "option_persistent_ids": JSON(
                        options.map { poll.json["options"]?[Int($0)]?["persistent_id"] ?? "" }),
                ])
        }
        return poll.json
    }
}
