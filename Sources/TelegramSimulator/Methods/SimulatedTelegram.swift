import BotAPI
import JSON

/// A Telegram in memory, as one bot sees it. It answers the bot's calls like the Bot API, lets users act in their apps,
/// and has no connection to the real Telegram. `view(of:)` adds a bot to it.
///
/// It is deterministic: the same calls and actions in the same order, at the same times of its clock, give the same
/// results.
package final class SimulatedTelegram {
    /// The bot's `User`, which sends the bot's messages and is the result of getMe.
    package internal(set) var bot: JSON
    /// Whether the bot receives all messages of a group, as with privacy mode disabled. With privacy mode, which is
    /// Telegram's default, a bot that isn't an administrator receives only commands, replies to its messages, mentions,
    /// and service messages. setMySettings overrides it.
    package var seesAllGroupMessages = false

    /// Called for each update that Telegram creates for the bot, with its kind, such as `message`, and its payload. The
    /// receiver assigns the update's id, and drops kinds that `allowed_updates` excludes.
    package var onUpdate: (_ kind: String, _ payload: JSON) -> Void = { _, _ in }
    /// Called for each action of the bot that users see.
    package var onAction: (BotAction) -> Void = { _ in }
    /// Called for each `Message` in a group that privacy mode keeps from the bot.
    package var onUnseen: (_ message: JSON) -> Void = { _ in }

    let bots: SimulatedBots
    let shared: SharedState
    var chats: SimulatedChats
    /// Users' interactions with the bot's messages.
    var interactions: Interactions
    var profile = BotProfile()
    private var unsimulated = UnsimulatedMethods()

    struct Interactions {
        var callbacks: CallbackQueries
        var inline: InlineQueries
        var widgets: SimulatedWidgets
        var games = SimulatedGames()
        var payments: SimulatedPayments
        var drafts = SimulatedDrafts()

        /// Remembers the query of an update; ignores any other payload. A widget's query has a type, a button's none.
        fileprivate mutating func learn(from payload: JSON, now: Int64) {
            payments.learn(from: payload, now: now)
            if payload["type"]?.string != nil {
                if payload["data"] != nil { widgets.queries.learn(payload, now: now) }
            } else if ["chat_instance", "game_short_name", "data"].contains(where: { payload[$0] != nil }) {
                callbacks.learn(payload, now: now)
            }
        }
    }

    /// Reports each method that isn't simulated once. Instances that `another` creates share it.
    private final class UnsimulatedMethods {
        var onFirstCall: (_ remark: String) -> Void = { _ in }
        var namesTypes = false
        private var reported: Set<String> = []

        func report(_ method: String, remark: () -> String) {
            if reported.insert(method).inserted { onFirstCall(remark()) }
        }
    }

    /// The bot if no other is given.
    package static let demoBot: JSON = [
        "id": 7, "is_bot": true, "first_name": "Demo", "username": "demo_bot",
    ]

    /// - Parameter now: Unix time in seconds, for the `date` of messages.
    package convenience init(
        bot: JSON = demoBot, strictness: Strictness = .lenient, now: @escaping () -> Int64
    ) {
        self.init(bot: bot, strictness: strictness, clock: .running(now))
    }

    package convenience init(
        bot: JSON = demoBot, strictness: Strictness = .lenient, clock: SimulatedClock
    ) {
        let files = SimulatedFiles(keepsWhatItHasNot: strictness == .strict)
        let shared = SharedState(strictness: strictness, clock: clock, files: files)
        self.init(bot: bot, among: SimulatedBots(), sharing: shared)
    }

    private init(bot: JSON, among bots: SimulatedBots, sharing shared: SharedState) {
        (self.bot, self.bots, self.shared) = (bot, bots, shared)
        chats = SimulatedChats(sharing: shared)
        let strictness = shared.strictness
        let limit = strictness == .lenient ? 100 : 10_000
        // No id of a query, a link or a payment is that of another bot.
        let start = Int64(bots.all.count) * 1_000_000_000
        interactions = Interactions(
            callbacks: CallbackQueries(limit: limit, after: start), inline: InlineQueries(after: start),
            widgets: SimulatedWidgets(limit: limit, after: start),
            payments: SimulatedPayments(limit: limit, after: start))
        shared.learn(person: bot)
        bots.add(self)
    }

    var strictness: Strictness { shared.strictness }
    var clock: SimulatedClock { shared.clock }

    /// A new Telegram with the same bot, clock, callbacks and settings, but without chats, files, and other bots.
    package func another() -> SimulatedTelegram {
        let new = SharedState(strictness: strictness, clock: clock, files: files.another())
        return view(of: bot, among: SimulatedBots(), sharing: new)
    }

    /// The same Telegram as another bot sees it: groups, users and files are shared, private chats aren't. It has the
    /// same callbacks and settings at first.
    package func view(of bot: JSON) -> SimulatedTelegram { view(of: bot, among: bots, sharing: shared) }

    private func view(
        of bot: JSON, among bots: SimulatedBots, sharing shared: SharedState
    ) -> SimulatedTelegram {
        let other = SimulatedTelegram(bot: bot, among: bots, sharing: shared)
        (other.onUpdate, other.onAction, other.onUnseen) = (onUpdate, onAction, onUnseen)
        other.unsimulated = unsimulated
        other.seesAllGroupMessages = seesAllGroupMessages
        return other
    }

    /// The files that were uploaded or added.
    package var files: SimulatedFiles {
        get { shared.files }
        _modify { yield &shared.files }
    }

    /// Called once for each method that isn't simulated, with a remark for the log.
    package var onUnsimulated: (_ remark: String) -> Void {
        get { unsimulated.onFirstCall }
        set { unsimulated.onFirstCall = newValue }
    }

    /// Whether remarks name methods as children write them: `telegram.send_message` for `sendMessage`.
    package var namesTypes: Bool {
        get { unsimulated.namesTypes }
        set { unsimulated.namesTypes = newValue }
    }

    var botID: Int64 { bot["id"]?.integer ?? 0 }

    /// Whether a username is a bot's or a user's.
    func isTaken(username: String) -> Bool {
        shared.people.values.contains { $0["username"]?.string?.lowercased() == username.lowercased() }
    }

    /// Whether a text is the bot's id or `@username`.
    func isNamed(_ text: String) -> Bool {
        guard text.hasPrefix("@") else { return text == String(botID) }
        return text.dropFirst().lowercased() == bot["username"]?.string?.lowercased()
    }

    /// Learns the chat and the message of an update from elsewhere. Results then contain them as Telegram sent them,
    /// and message ids continue from there.
    ///
    /// - Parameter payload: the update without its id: a `Message`, a `CallbackQuery`, …
    package func learn(from payload: JSON) {
        chats.learn(from: payload)
        interactions.learn(from: payload, now: now())
        // In a replay, no user chooses from the bot's new inline results.
        if strictness == .strict { interactions.inline.learn(from: payload) }
    }

    /// Answers a call like Telegram.
    ///
    /// - Parameters:
    ///   - method: in any case.
    ///   - parameters: an object; numbers and objects may also come as strings.
    ///   - files: the uploaded files.
    ///   - isAwaited: whether the caller reads the result. If not, in lenient mode, messages are counted but not
    ///     created, because no call can refer to a message with an unknown id. The result is then `true` or an error.
    package func answer(
        _ method: String, _ parameters: JSON, files: [ReceivedFile] = [], isAwaited: Bool = true
    ) -> Result<JSON, BotAPIError> {
        let request = Request(
            name: method.lowercased(), arguments: Arguments(parameters), files: files, person: nil,
            isAwaited: isAwaited)
        passTime()
        return Result { () throws(BotAPIError) in
            guard let handler = Self.methods[request.name] else { return try madeUp(method, request) }
            return try handler(self)(request)
        }
    }

    /// Performs a user's action in the app.
    ///
    /// - Parameters:
    ///   - action: in any case: the Bot API method for the same action, or another one listed in `docs/simulator.md`.
    ///   - parameters: as in the Bot API. Without a `chat_id`, the action is performed in the private chat with the
    ///     bot.
    ///   - person: a user's id; an unknown user is created.
    /// - Returns: the created object, such as a `Message`, a `User`, a `Chat`, or a `ForumTopic`; else `true`.
    package func perform(
        _ action: String, _ parameters: JSON, as person: Int64, files: [ReceivedFile] = []
    ) -> Result<JSON, BotAPIError> {
        passTime()
        return Result { () throws(BotAPIError) in
            guard let handler = Self.actions[action.lowercased()] else { throw .methodNotFound }
            guard bots[person] == nil else {
                throw .badRequest("\(person) is a bot: only users act here, and bots by their calls")
            }
            guard SharedState.personIDs.contains(person) else { throw .badRequest("user not found") }
            let user =
                shared.people[person] ?? [
                    "id": JSON(person), "is_bot": false, "first_name": JSON("User \(person)"),
                ]
            shared.learn(person: user)
            let request = Request(
                name: action.lowercased(), arguments: Arguments(parameters), files: files, person: user)
            return try handler(bot(concernedBy: request.arguments))(request)
        }
    }

    /// The bot that a user's action concerns: the sender of its message, the seller of its invoice, the one whose private
    /// chat it names, or the one whose invoice link, payment or widget it names.
    private func bot(concernedBy action: Arguments) -> SimulatedTelegram {
        guard bots.all.count > 1 else { return self }
        if let owner = bots.all.first(where: { $0.owns(action) }) { return owner }
        let (place, number) = (action.text("chat_id"), action.integer("message_id"))
        guard !place.isEmpty else { return self }
        if let named = bots.all.first(where: { $0.isNamed(place) }) { return named }
        // A forwarded message is in another chat than `chat_id`.
        guard let number, !action.has("from_chat_id"), let chat = chats.known(place),
            let message = chat.messages[number]
        else { return self }
        return seller(of: message) ?? sender(of: message, in: chat) ?? self
    }

    private func owns(_ action: Arguments) -> Bool {
        let payments = interactions.payments
        return payments.invoices[.link(action.text("invoice_link"))] != nil
            || payments.accounts[action.text("telegram_payment_charge_id")] != nil
            || interactions.widgets.shared[action.text("widget_id")] != nil
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

    /// A plausible value of the method's return type.
    func plausible(_ method: String, _ request: Request) -> JSON {
        let known = request.arguments.id("user_id").flatMap { chats.person($0) }
        let user: JSON = known ?? ["id": 42, "is_bot": false, "first_name": "Ada"]
        let ownChat: JSON = ["id": user["id"] ?? 42, "type": "private", "first_name": "Ada"]
        let chat = request.arguments.id("chat_id").flatMap { chats[$0]?.json } ?? ownChat
        return PlausibleValues(arguments: request.arguments, bot: bot, user: user, chat: chat, now: now())
            .answer(to: method)
    }

    private func remark(on method: String, known name: String?) -> String {
        if let name { return "\(name) isn't simulated: its answer is made up" }
        let named = { [namesTypes] in namesTypes ? Methods.type(of: $0) : $0 }
        let nearest = Methods.suggestion(to: method).map { "; did you mean \(named($0))?" } ?? ""
        let answer = strictness == .lenient ? ", answered with true" : ""
        return "unknown \(namesTypes ? "call" : "Bot API method") \(named(method))\(answer)\(nearest)"
    }
}
