import BotAPI
import JSON

/// What happens as time passes.
extension SimulatedTelegram {
    func now() -> Int64 { clock.now }

    /// Ends whatever ends by itself: polls, bans, restrictions, and the periods of subscriptions.
    package func passTime() {
        if shared.polls.ends.next != nil { closeEndedPolls() }
        if shared.restrictions.next != nil { endRestrictions() }
        if interactions.payments.accounts.renewals.next != nil { renewSubscriptions() }
    }

    private func endRestrictions() {
        for place in shared.restrictions.takeEnded(at: now()) {
            guard let chat = chats[place.chat], let old = chat.members[place.person] else { continue }
            let stays = old.status == "restricted" && old.rights?["is_member"]?.bool == true
            let new = SimulatedChat.Member(user: old.user, status: stays ? "member" : "left")
            chat.members[place.person] = new
            directMessages(of: chat)?.members[place.person] = new
        }
    }

    /// Keeps the time at which a ban or a restriction ends.
    func endLater(_ member: SimulatedChat.Member, _ person: Int64, in chat: SimulatedChat) {
        let until = member.rights?["until_date"]?.integer ?? 0
        let place = SharedState.Membership(chat: chat.id, person: person)
        shared.restrictions.set(place, at: until > 0 ? until : nil)
    }

    /// The `until_date` of a request. Like Telegram, 0 stands for forever, and so do times that are less than 30 seconds
    /// or more than 366 days away.
    func untilDate(_ request: Request) -> JSON {
        let until = request.arguments.integer("until_date") ?? 0
        return JSON(30...366 * 86_400 ~= until - now() ? until : 0)
    }

    /// Whether a message is too old for the bot to delete it, or for a user to edit it.
    func isOld(_ message: JSON) -> Bool {
        strictness == .strict && now() - (message["date"]?.integer ?? now()) >= 48 * 3600
    }

    // MARK: the clock

    /// The clock's state in the control API.
    package var clockJSON: JSON {
        ["now": JSON(now()), "manual": JSON(clock.isManual)]
    }

    /// Advances a manual clock, and carries out what happens until then.
    ///
    /// - Parameter text: a number of seconds, or a number with a unit: `90s`, `30m`, `24h`, `7d`.
    package func advanceClock(by text: String) throws(BotAPIError) {
        guard case .manual(let clock) = clock else {
            throw .badRequest("the clock can't be advanced: start the simulator with --clock manual")
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let number = Int64(unit == nil ? text : String(text.dropLast())), 0...100_000_000 ~= number,
            number * (unit ?? 1) <= Int64(Int32.max) - clock.now
        else {
            throw .badRequest(
                "invalid advance '\(text)': it must be seconds, or a time such as 90s, 30m, 24h or 7d; the clock only goes forward, to 2038 at most"
            )
        }
        clock.advance(by: number * (unit ?? 1))
        passTime()
    }
}
