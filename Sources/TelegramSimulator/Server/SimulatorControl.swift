import BotAPI
import JSON
import Reactor

/// The control API of a simulator over HTTP. Test programs use it to act as users, to order faults, and to see the
/// bot's actions. docs/simulator.md describes each path.
///
/// Responses look like the Bot API's, `{"ok":true,"result":…}`, and end with a newline.
struct SimulatorControl {
    private typealias Outcome = Result<JSON, BotAPIError>

    let server: SimulatorServer

    init(of server: SimulatorServer) { self.server = server }

    func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        let path = request.path.split(separator: "/").dropFirst().map(String.init)
        do throws(BotAPIError) {
            switch (request.method, path.first?.lowercased(), path.count) {
            case ("GET", nil, _):
                responder.respond(status: 200, contentType: "text/plain", body: Self.overview)
            case ("GET", "actions", 1), ("GET", "sights", 1):
                try server.respondWithActions(to: request, responder)
            case ("GET", "calls", 1):
                try server.respondWithCalls(to: request, responder)
            case ("GET", "traffic", 1):
                try server.respondWithTraffic(to: request, responder)
            case ("GET", "bot", 1):
                try server.respondWithBot(to: request, responder)
            case ("GET", "files", 2):
                responder.respond(try file(path[1]))
            default: responder.respond(.success(try result(of: request, path)), last: server.actions.last)
            }
        } catch {
            responder.respond(.failure(error), last: server.actions.last)
        }
    }

    private func result(of request: HTTPServer.Request, _ path: [String]) throws(BotAPIError) -> JSON {
        var parameters = try Self.parameters(of: request)
        let named = try server.bot(Arguments(parameters))
        let bot = named ?? server.bots.first
        parameters.remove("bot")
        switch (request.method, path[0].lowercased(), path.count) {
        case ("POST", "users", 1):
            return try introduce(Self.introduction(of: "", parameters.withoutNulls))
        case ("POST", "users", 3):
            return try perform(path[2], as: path[1], parameters.withoutNulls, of: request, bot)
        case ("GET", "users", 1):
            return JSON(people)
        case ("GET", "chats", 1):
            return JSON(bot.telegram.chats.all.sorted { $0.id < $1.id }.map(\.json))
        case ("GET", "chats", 2):
            return try overview(ofChat: path[1], Arguments(parameters), bot.telegram)
        case ("GET", "chats", 3) where path[2] == "messages":
            return try messages(of: path[1], bot.telegram)
        case ("GET", "bots", 1):
            return JSON(server.bots.all.map(SimulatorServer.json))
        case ("POST", "bots", 1):
            return try server.addBot(parameters)
        case ("GET", "faults", 1):
            return server.faults.json(of: named?.id, at: server.telegram.clock.now)
        case ("POST", "faults", 1):
            let order = try FaultOrder(Arguments(parameters))
            if let method = order.method, !["calls", "file"].contains(method.lowercased()) {
                try server.check(method: method)
            }
            server.fail(
                method: order.method, times: order.times, chat: order.chat, bot: named?.id, with: order.fault)
            return server.faults.json(of: named?.id, at: server.telegram.clock.now)
        case ("DELETE", "faults", 1):
            server.clearFaults(of: named?.id)
            return server.faults.json(of: named?.id, at: server.telegram.clock.now)
        case ("POST", "updates", 1):
            return try inject(parameters, into: bot)
        case ("GET", "clock", 1):
            return server.telegram.clockJSON
        case ("POST", "clock", 1):
            try server.advanceClock(by: Arguments(parameters).text("advance"))
            return server.telegram.clockJSON
        case ("POST", "reset", 1):
            server.reset(withSettings: Arguments(parameters).flag("all"))
            return true
        default:
            throw unknown(request, path)
        }
    }

    private func unknown(_ request: HTTPServer.Request, _ path: [String]) -> BotAPIError {
        let methods = [
            "users": "POST /simulator/users/<id or username>/<action>", "bots": "GET or POST",
            "faults": "GET, POST or DELETE",
            "chats": "GET /simulator/chats, /simulator/chats/<id> and /simulator/chats/<id>/messages",
            "updates": "POST", "clock": "GET or POST", "reset": "POST", "bot": "GET", "actions": "GET",
            "calls": "GET",
            "traffic": "GET",
            "files": "GET /simulator/files/<file_id>",
        ]
        guard let method = methods[path[0].lowercased()] else {
            return BotAPIError(
                code: 404,
                reason: "Not Found: unknown path \(request.path); GET /simulator lists all paths")
        }
        return BotAPIError(
            code: 405,
            reason: "Method Not Allowed: \(request.method) \(request.path); use \(method)")
    }

    // MARK: users

    /// - Parameter who: a user's id or username; an unknown user is created.
    private func perform(
        _ action: String, as who: String, _ parameters: JSON, of request: HTTPServer.Request,
        _ bot: BotEndpoint
    ) throws(BotAPIError) -> JSON {
        let files = request.parts.compactMap(ReceivedFile.init)
        if action.lowercased() == "createuser" {
            var introduction = Self.introduction(of: who, parameters)
            if introduction["id"] == nil { acquaintance(who)?["id"].map { introduction.set("id", $0) } }
            return try introduce(introduction)
        }
        let person = try self.person(who)
        let result = try bot.telegram.perform(action, parameters, as: person, files: files).get()
        let deed: JSON = ["id": JSON(person), "action": JSON(action), "parameters": parameters]
        server.history.traffic.add("user", bot: bot.id, deed.bytes)
        return result
    }

    private func person(_ who: String) throws(BotAPIError) -> Int64 {
        if let id = acquaintance(who)?["id"]?.integer { return id }
        return try introduce(Self.introduction(of: who, [:]))["id"]?.integer ?? 0
    }

    /// The `User` with an id or a username; nil if there is none.
    private func acquaintance(_ who: String) -> JSON? {
        let introduction = Self.introduction(of: who, [:])
        if let id = introduction["id"]?.integer { return server.telegram.shared.people[id] }
        guard let name = introduction["username"]?.string?.lowercased() else { return nil }
        return people.first { $0["username"]?.string?.lowercased() == name }
    }

    private func introduce(_ introduction: JSON) throws(BotAPIError) -> JSON {
        var introduction = introduction
        if introduction["id"] == nil {
            let telegram = server.telegram
            let id = telegram.shared.freePersonID(from: Self.firstPerson, besides: telegram.bots.ids)
            introduction.set("id", JSON(id))
        }
        guard let id = Int64(Arguments(introduction).text("id")), SharedState.personIDs.contains(id) else {
            throw .badRequest("a user's id must be a number from 1 to \(SharedState.personIDs.upperBound)")
        }
        return try server.telegram.perform("createUser", introduction, as: id).get()
    }

    /// The first id for users that are created without one. Real user ids are also longer than a test bot's id.
    private static let firstPerson: Int64 = 1001

    /// All users except the bots, sorted by id.
    private var people: [JSON] {
        let bots = server.telegram.bots.ids
        return server.telegram.shared.people.sorted { $0.key < $1.key }.filter { !bots.contains($0.key) }
            .map(\.value)
    }

    private func messages(of chat: String, _ telegram: SimulatedTelegram) throws(BotAPIError) -> JSON {
        let chat = try self.chat(chat, telegram)
        return JSON(chat.messages.ids.compactMap { chat.messages[$0] })
    }

    /// The `User` to create for an id or a username in the path, with the given properties.
    private static func introduction(of who: String, _ given: JSON) -> JSON {
        var user: JSON = [:]
        let name = who.first == "@" ? String(who.dropFirst()) : who
        if let id = Int64(name) {
            user.set("id", JSON(id))
            user.set("first_name", JSON("User \(id)"))
        } else if !name.isEmpty {
            user.set("username", JSON(name))
            user.set("first_name", JSON(name.prefix(1).uppercased() + name.dropFirst()))
        }
        user.merge(given)
        return user
    }

    // MARK: raw updates

    /// Adds a raw update; an update without an id gets the next one.
    private func inject(_ update: JSON, into bot: BotEndpoint) throws(BotAPIError) -> JSON {
        guard update.keys.contains(where: { $0 != "update_id" }) else {
            throw .badRequest("expected an update, such as {\"message\":{…}}")
        }
        // Asking for the next id may drop the pending updates.
        var whole: JSON = ["update_id": update["update_id"] ?? JSON(bot.delivery.nextID())]
        whole.merge(update)
        guard let id = whole["update_id"]?.integer, 1...UpdateQueue.lastID ~= id else {
            throw .badRequest(
                "update_id must be a number from 1 to \(UpdateQueue.lastID), Telegram's last one")
        }
        let size = whole.asciiBytes.count
        guard bot.delivery.queue.hasRoom(for: size) else {
            throw .badRequest(
                "there is no room for an update of \(size) bytes: Telegram drops updates above 512 KiB, or beyond 100,000 or 128 MiB that are pending"
            )
        }
        server.addRaw(whole, for: bot)
        return whole
    }

    // MARK: bodies

    /// Parses the parameters. A body that starts with `{` counts as JSON regardless of its content type, because curl
    /// declares every body to be a form.
    static func parameters(of request: HTTPServer.Request) throws(BotAPIError) -> JSON {
        var request = request
        if request.body.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
            request.contentType = "application/json"
        }
        if request.contentType.lowercased().contains("application/json"), !request.body.isEmpty {
            let body: JSON
            do throws(JSONError) {
                body = try JSON(parsing: request.body)
            } catch {
                throw .badRequest("the body is not JSON: \(error)")
            }
            guard body.isObject else { throw .badRequest("the body must be a JSON object") }
        }
        return try BotAPIRequest.parameters(of: request)
    }

    private static let overview = Array(
        """
        pipegram simulator: a Telegram for bots, at /bot<token>/<method>. A browser shows its chats at /. People, faults
        and the actions of the bots:

        POST   /simulator/users/<id or username>/<action>   act as that person: sendMessage text=…, sendPhoto photo=@…,
                                                            pressButton message_id=… button=1, editMessageText, …
        GET    /simulator/users, /simulator/chats           all people and chats
        GET    /simulator/chats/<id>/messages               a chat's messages as they are now
        GET    /simulator/chats/<id>?limit=50               a chat: newest messages, members, topics, keyboard, reactions
        GET    /simulator/actions?after=N&timeout=S          the actions that people saw; waits for an action
        GET    /simulator/calls?after=N&timeout=S           the calls of the bot, with their results
        GET    /simulator/traffic?after=N&timeout=S         updates, calls, actions of users and the bot, in order
        GET    /simulator/files/<file_id>                   a file
        GET    /simulator/bots                              all bots with their tokens
        POST   /simulator/bots                              add one: first_name=Second username=second_bot; then bot=…
                                                            selects it everywhere here
        GET    /simulator/faults                            pending faults
        POST   /simulator/faults                            add one: method=sendMessage retry_after=3
        DELETE /simulator/faults                            remove all
        POST   /simulator/updates                           send the bot a raw update
        POST   /simulator/clock                             advance=24h: the time passes, with --clock manual
        GET    /simulator/bot?timeout=S                     waits for the bot: does it poll, its webhook, pending updates
        POST   /simulator/reset                             forget everything; all=true: also the bot's webhook

        The project's documentation of the simulator has details and examples.

        """.utf8)
}

extension JSON {
    /// The object without the members that a test program left empty.
    fileprivate var withoutNulls: JSON {
        var object = self
        for (key, value) in members where value.isNull { object.remove(key) }
        return object
    }
}

extension HTTPServer.Responder {
    /// - Parameter last: the number of the newest action. A script can wait for the actions after it.
    func respond(_ outcome: Result<JSON, BotAPIError>, last: Int64) {
        let status =
            switch outcome {
            case .success: 200
            case .failure(let error): error.code
            }
        var json = BotAPIResponse.envelope(of: outcome)
        json.set("last", JSON(last))
        respond(
            status: status, contentType: "application/json; charset=utf-8",
            body: json.bytes + [UInt8(ascii: "\n")])
    }
}
