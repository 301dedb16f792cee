import BotAPI
import JSON

/// A Telegram in memory: answers a bot's calls as the Bot API would, lets people act in their apps, and sends nothing
/// anywhere.
///
/// The same doings in the same order, at the same times of its clock, give the same answers.
package final class SimulatedTelegram {
    /// A `User`: who the bot's messages are from, and what getMe answers.
    package internal(set) var bot: JSON
    /// Whether the bot gets every message of a group, as with privacy mode switched off. A new bot has it on: from a
    /// group in which it is no administrator it gets commands, answers to its messages, what mentions it, and what
    /// happens to the group.
    package var seesAllGroupMessages = false
    /// What was sent, or put there to be fetched.
    package var files: SimulatedFiles

    /// Called for each update that Telegram makes for the bot, with its kind, as in `message`, and its payload. Whoever
    /// delivers it gives it its id, and keeps back kinds that weren't asked for.
    package var onUpdate: (_ kind: String, _ payload: JSON) -> Void = { _, _ in }
    /// Called for each thing that people see of the bot.
    package var onAction: (BotAction) -> Void = { _ in }
    /// Called for each `Message` in a group that the bot doesn't get because of privacy mode.
    package var onUnseen: (_ message: JSON) -> Void = { _ in }

    let strictness: Strictness
    let now: () -> Int64
    var chats: SimulatedChats
    /// What people do with the bot's messages.
    var interactions: Interactions
    var profile = BotProfile()
    private var unsimulated = UnsimulatedMethods()

    struct Interactions {
        var callbacks: CallbackQueries
        var inline = InlineQueries()
        var polls = SimulatedPolls()
    }

    /// Reports each method that can't be simulated once; shared by those who are made of one another.
    private final class UnsimulatedMethods {
        var onFirstCall: (_ remark: String) -> Void = { _ in }
        private var reported: Set<String> = []

        func report(_ method: String, remark: () -> String) {
            if reported.insert(method).inserted { onFirstCall(remark()) }
        }
    }

    /// Who the bot is where nobody says it.
    package static let demoBot: JSON = [
        "id": 7, "is_bot": true, "first_name": "Demo", "username": "demo_bot",
    ]

    /// - Parameter now: Unix time in seconds, for the `date` of messages.
    package init(bot: JSON = demoBot, strictness: Strictness = .lenient, now: @escaping () -> Int64) {
        (self.bot, self.strictness, self.now) = (bot, strictness, now)
        chats = SimulatedChats(strictness: strictness)
        interactions = Interactions(callbacks: CallbackQueries(limit: strictness == .lenient ? 100 : 10_000))
        files = SimulatedFiles(keepsWhatItHasNot: strictness == .strict)
        chats.learn(person: bot)
    }

    /// The same bot at the same time, and none of the chats.
    package func another() -> SimulatedTelegram {
        let other = SimulatedTelegram(bot: bot, strictness: strictness, now: now)
        (other.onUpdate, other.onAction, other.onUnseen) = (onUpdate, onAction, onUnseen)
        other.unsimulated = unsimulated
        other.seesAllGroupMessages = seesAllGroupMessages
        return other
    }

    /// Called once for each method that can't be simulated and got a plausible value for an answer, with what there is
    /// to say about it.
    package var onUnsimulated: (_ remark: String) -> Void {
        get { unsimulated.onFirstCall }
        set { unsimulated.onFirstCall = newValue }
    }

    var botID: Int64 { bot["id"]?.integer ?? 0 }

    /// Learns the chat and the message of an update that came from elsewhere, so that answers carry them as Telegram
    /// sent them, and message ids go on from there.
    ///
    /// - Parameter payload: what an update has beside its id: a `Message`, a `CallbackQuery`, …
    package func learn(from payload: JSON) {
        chats.learn(from: payload)
        interactions.callbacks.learn(from: payload, now: now())
        // In a log nobody chooses what the bot offers now.
        if strictness == .strict { interactions.inline.learn(from: payload) }
    }

    /// What Telegram answers to a call.
    ///
    /// - Parameters:
    ///   - method: in any case.
    ///   - parameters: an object; numbers and objects may also come as strings.
    ///   - files: what was uploaded with it.
    ///   - isAwaited: somebody gets the answer. Without, one who may write to anyone has messages counted only, not
    ///     made, kept and shown: nothing can refer to what nobody heard of. The answer is then `true`, or the error.
    package func answer(
        _ method: String, _ parameters: JSON, files: [ReceivedFile] = [], isAwaited: Bool = true
    ) -> Result<JSON, BotAPIError> {
        let request = Request(
            name: method.lowercased(), arguments: Arguments(parameters), files: files, person: nil,
            isAwaited: isAwaited)
        return Result { () throws(BotAPIError) in
            guard let handler = Self.methods[request.name] else { return try madeUp(method, request) }
            return try handler(self)(request)
        }
    }

    /// What somebody does in the app.
    ///
    /// - Parameters:
    ///   - action: in any case; a Bot API method's name where there is one for the same thing. `docs/simulator.md` has
    ///     the others.
    ///   - parameters: as in the Bot API. Without a `chat_id` it happens in the private chat with the bot.
    ///   - person: a user's id. One who was never created is made up.
    /// - Returns: what was made by it: a `Message`, a `User`, a `Chat`, a `ForumTopic`; else `true`.
    package func perform(
        _ action: String, _ parameters: JSON, as person: Int64, files: [ReceivedFile] = []
    ) -> Result<JSON, BotAPIError> {
        Result { () throws(BotAPIError) in
            guard let handler = Self.actions[action.lowercased()] else { throw .methodNotFound }
            guard SimulatedChats.personIDs.contains(person), person != botID else {
                throw .badRequest("user not found")
            }
            let user =
                chats.people[person] ?? [
                    "id": JSON(person), "is_bot": false, "first_name": JSON("User \(person)"),
                ]
            chats.learn(person: user)
            let request = Request(
                name: action.lowercased(), arguments: Arguments(parameters), files: files, person: user)
            return try handler(self)(request)
        }
    }

    private func madeUp(_ method: String, _ request: Request) throws(BotAPIError) -> JSON {
        let name = Methods.name(ofLowercased: request.name)
        unsimulated.report(request.name) { remark(on: method, known: name) }
        guard let name else {
            guard strictness == .lenient else { throw .methodNotFound }
            return true
        }
        if Methods.defaults(of: name).contains(.chat) { _ = try chat(of: request, writing: false) }
        return plausible(name, request)
    }

    /// A value of the type that a method returns.
    func plausible(_ method: String, _ request: Request) -> JSON {
        let known = request.arguments.id("user_id").flatMap { chats.person($0) }
        let user: JSON = known ?? ["id": 42, "is_bot": false, "first_name": "Ada"]
        let ownChat: JSON = ["id": user["id"] ?? 42, "type": "private", "first_name": "Ada"]
        let chat = request.arguments.id("chat_id").flatMap { chats.byID[$0]?.json } ?? ownChat
        return PlausibleValues(arguments: request.arguments, bot: bot, user: user, chat: chat, now: now())
            .answer(to: method)
    }

    private func remark(on method: String, known name: String?) -> String {
        if let name { return "\(name) isn't simulated: its answer is made up" }
        let nearest = Methods.suggestion(to: method).map { "; did you mean \($0)?" } ?? ""
        let answer = strictness == .lenient ? ", answered with true" : ""
        return "\(method) is no method of the Bot API that is known here\(answer)\(nearest)"
    }
}
