import BotAPI
import BotGateway
import JSON
import TelegramSimulator

/// The events sent to a bot in a probe: each tests something that bots often get wrong.
struct Scenario {
    struct Step {
        /// A description for diagnoses, such as "a photo, which has no text".
        let name: String
        let edgeCase: EdgeCase?
        let event: IncomingEvent
    }

    /// The difficulty that a step tests.
    enum EdgeCase: Equatable {
        case quotes, noText, button, edit, unknownKey, unknownKind
    }

    let steps: [Step]
    /// A message that interrupts the bot's work; nil if it isn't tried.
    private(set) var stop: Step?

    /// A private chat.
    static func inPrivate(chat: Int64, by scopes: ScopeChoice = .chat) -> Scenario {
        let ada: JSON = ["id": JSON(chat), "is_bot": false, "first_name": "Ada", "username": "ada"]
        let place: JSON = ["id": JSON(chat), "type": "private", "first_name": "Ada", "username": "ada"]
        var builder = ScenarioBuilder(from: ada, in: place, by: scopes)
        builder.addMessage("a plain message", with: ["text": "hello"])
        builder.addMessage(
            "the command /start",
            with: ["text": "/start", "entities": [["type": "bot_command", "offset": 0, "length": 6]]])
        builder.addMessage(
            "a text with quotes and a backslash", .quotes, with: ["text": #"he said "hi" \ left"#])
        builder.addMessage(
            "a photo, which has no text", .noText,
            with: ["photo": [photo("AgAC-small", 90), photo("AgAC-large", 800)]])
        builder.add("callback_query", "a pressed button", .button, button(ada, place))
        builder.addMessage(
            "an edited message", .edit, with: ["text": "hello, edited", "edit_date": 1_700_000_001],
            as: "edited_message")
        builder.addMessage(
            "a message with an unknown key", .unknownKey,
            with: ["text": "hello again", "key_of_tomorrow": ["new": [1]]])
        builder.add(
            "kind_of_tomorrow", "an event of an unknown type", .unknownKind,
            ["chat": place, "from": ada, "novelty": true])
        builder.addMessage("a plain message", with: ["text": "good bye"])
        let steps = builder.steps
        builder.addMessage(
            "the command /stop",
            with: ["text": "/stop", "entities": [["type": "bot_command", "offset": 0, "length": 5]]])
        return Scenario(steps: steps, stop: builder.steps.last)
    }

    /// A group.
    static func inGroup(chat: Int64, by scopes: ScopeChoice = .chat) -> Scenario {
        let boris: JSON = ["id": 43, "is_bot": false, "first_name": "Boris"]
        let place: JSON = ["id": JSON(chat), "type": "supergroup", "title": "A group"]
        var builder = ScenarioBuilder(from: boris, in: place, by: scopes)
        builder.addMessage("a message in a group", with: ["text": "hello, all"])
        builder.addMessage(
            "a message about a new member, which has no text", .noText,
            with: ["new_chat_members": [["id": 44, "is_bot": false, "first_name": "Eve"]]])
        builder.addMessage("a message in a group", with: ["text": "good bye, all"])
        return Scenario(steps: builder.steps)
    }

    /// Lines for a plain-text program.
    static func plain(chat: Int64, by scopes: ScopeChoice = .chat) -> Scenario {
        let place: JSON = ["id": JSON(chat), "type": "private", "first_name": "Ada"]
        var builder = ScenarioBuilder(
            from: ["id": JSON(chat), "is_bot": false, "first_name": "Ada"], in: place, by: scopes)
        for text in ["1+1", "hello", "2+2"] {
            builder.addMessage("the line '\(text)'", with: ["text": JSON(text)])
        }
        return Scenario(steps: builder.steps)
    }

    private static func photo(_ id: String, _ size: Int) -> JSON {
        [
            "file_id": JSON(id), "file_unique_id": JSON("u\(size)"), "width": JSON(size),
            "height": JSON(size),
            "file_size": JSON(size * 100),
        ]
    }

    private static func button(_ user: JSON, _ chat: JSON) -> JSON {
        let keyboard: JSON = ["inline_keyboard": [[["text": "Yes", "callback_data": "yes"]]]]
        return [
            "id": "4382", "from": user,
            "message": [
                "message_id": 90, "from": SimulatedTelegram.demoBot, "chat": chat, "date": 1_700_000_000,
                "text": "?", "reply_markup": keyboard,
            ],
            "chat_instance": "-77", "data": "yes",
        ]
    }
}

/// Builds the steps for one chat.
private struct ScenarioBuilder {
    let person: JSON
    let chat: JSON
    private(set) var steps: [Scenario.Step] = []

    private let scopes: ScopeChoice

    init(from person: JSON, in chat: JSON, by scopes: ScopeChoice) {
        (self.person, self.chat, self.scopes) = (person, chat, scopes)
    }

    mutating func addMessage(
        _ name: String, _ edgeCase: Scenario.EdgeCase? = nil, with contents: JSON, as kind: String = "message"
    ) {
        var message: JSON = [
            "message_id": JSON(100 + steps.count), "from": person, "chat": chat, "date": 1_700_000_000,
        ]
        message.merge(contents)
        add(kind, name, edgeCase, message)
    }

    mutating func add(_ kind: String, _ name: String, _ edgeCase: Scenario.EdgeCase?, _ payload: JSON) {
        let json: JSON = ["update_id": JSON(9001 + steps.count), kind: payload]
        guard let update = try? Update(json), let event = IncomingEvent(update, by: scopes) else { return }
        steps.append(Scenario.Step(name: name, edgeCase: edgeCase, event: event))
    }
}
