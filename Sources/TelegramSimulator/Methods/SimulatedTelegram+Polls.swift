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
            shared.polls[id] = SimulatedPolls.Poll(
                json: poll, chat: chat.id, message: number, bot: request.isFromBot ? botID : nil)
            if poll["is_closed"] == false { shared.polls.ends.set(id, at: poll["close_date"]?.integer) }
        }
        return message
    }

    func stopPoll(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request)
        let markup = try ReplyMarkup(request.arguments)
        guard let number = request.arguments.integer("message_id"), var message = chat.messages[number] else {
            guard strictness == .lenient else { throw .badRequest("message with poll to stop not found") }
            return plausible("stopPoll", request)
        }
        guard let poll = message["poll"] else { throw .badRequest("message with poll to stop not found") }
        guard strictness == .lenient || chat.isChannel || author(of: message) == botID else {
            throw .badRequest("poll can't be stopped")
        }
        guard poll["is_closed"]?.bool != true else { throw .badRequest("poll has already been closed") }
        message.remove("reply_markup")
        markup?.inlineKeyboard.map { message.set("reply_markup", $0) }
        return close(poll, in: message, chat)
    }

    /// - Returns: the closed `Poll`.
    private func close(_ poll: JSON, in message: JSON, _ chat: SimulatedChat) -> JSON {
        var closed = poll
        closed.set("is_closed", true)
        let id = poll["id"]?.string ?? ""
        shared.polls.ends.set(id, at: nil)
        show(closed, in: message, chat)
        bots(interestedIn: shared.polls[id], in: chat).forEach { $0.onUpdate("poll", closed) }
        return closed
    }

    /// The bots that get updates about a poll: its sender; in a channel all if a user sent it.
    private func bots(interestedIn poll: SimulatedPolls.Poll?, in chat: SimulatedChat) -> [SimulatedTelegram]
    {
        guard let poll else { return [] }
        if let sender = poll.bot { return bots[sender].map { [$0] } ?? [] }
        return chat.isChannel ? bots(in: chat) : []
    }

    /// Closes the polls whose time is up.
    func closeEndedPolls() {
        for id in shared.polls.ends.takeEnded(at: now()) {
            guard let poll = shared.polls[id], let chat = chat(of: poll),
                let message = chat.messages[poll.message]
            else { continue }
            _ = (poll.bot.flatMap { bots[$0] } ?? self).close(poll.json, in: message, chat)
        }
    }

    private func chat(of poll: SimulatedPolls.Poll) -> SimulatedChat? {
        let viewer = poll.bot.flatMap { bots[$0] } ?? self
        return viewer.chats[poll.chat]
    }

    /// Stores a changed poll, and shows users the edited message.
    private func show(_ poll: JSON, in message: JSON, _ chat: SimulatedChat) {
        var message = message
        message.set("poll", poll)
        chat.messages.put(message)
        if let id = poll["id"]?.string { shared.polls[id]?.json = poll }
        onAction(.edited(message))
    }

    /// Votes in a poll. The parameters are `message_id` and `option_ids`, which start at 0; an empty list retracts the
    /// vote. Returns the `Poll`.
    func votePoll(_ request: Request) throws(BotAPIError) -> JSON {
        let chat = try chat(of: request, writing: false)
        guard let person = request.person, let voter = request.personID,
            let message = request.arguments.integer("message_id").flatMap({ chat.messages[$0] }),
            let id = message["poll"]?["id"]?.string, var poll = shared.polls[id]
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
        shared.polls[id] = poll
        show(poll.json, in: message, chat)
        let answer: JSON = [
            "poll_id": JSON(id), "user": person, "option_ids": JSON(options.map { JSON($0) }),
            "option_persistent_ids": JSON(
                options.map { poll.json["options"]?[Int($0)]?["persistent_id"] ?? "" }),
        ]
        for bot in bots(interestedIn: poll, in: chat) {
            bot.onUpdate("poll", poll.json)
            if poll.json["is_anonymous"]?.bool != true { bot.onUpdate("poll_answer", answer) }
        }
        return poll.json
    }
}
