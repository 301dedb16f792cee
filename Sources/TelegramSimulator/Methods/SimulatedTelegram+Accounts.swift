import BotAPI
import JSON

/// The profile photos and personal channels of users, and the bot's photo.
extension SimulatedTelegram {
    func getUserProfilePhotos(_ request: Request) throws(BotAPIError) -> JSON {
        let (id, _) = try user(request)
        let photos = shared.photos[id] ?? []
        let start = Int(max(request.arguments.integer("offset") ?? 0, 0))
        let limit = request.arguments.integer("limit").map { 1...100 ~= $0 ? Int($0) : 100 } ?? 100
        return [
            "total_count": JSON(photos.count),
            "photos": JSON(photos.dropFirst(start).prefix(limit).map { $0 }),
        ]
    }

    func setMyProfilePhoto(_ request: Request) throws(BotAPIError) -> JSON {
        guard let photo = request.arguments.structure("photo"), photo.isObject else {
            throw .badRequest("can't parse InputProfilePhoto JSON object")
        }
        let key = photo["type"]?.string == "animated" ? "animation" : "photo"
        guard photo[key]?.string?.hasPrefix("attach://") == true else {
            throw .badRequest("profile photo must be uploaded as a file")
        }
        add(try files.object("photo", Arguments(photo), parameter: key, request.files), as: botID)
        onAction(.other(method: "setMyProfilePhoto", request.arguments.json))
        return true
    }

    func removeMyProfilePhoto(_ request: Request) throws(BotAPIError) -> JSON {
        if shared.photos[botID]?.isEmpty == false { shared.photos[botID]?.removeFirst() }
        onAction(.other(method: "removeMyProfilePhoto", request.arguments.json))
        return true
    }

    /// Sets the user's profile photo to the file `photo`. Returns the photo, as `PhotoSize` objects.
    func setProfilePhoto(_ request: Request) throws(BotAPIError) -> JSON {
        guard let id = request.personID else { throw .methodNotFound }
        let photo = try files.object("photo", request.arguments, parameter: "photo", request.files)
        add(photo, as: id)
        return photo
    }

    /// The newest photo is the first.
    private func add(_ photo: JSON, as person: Int64) {
        shared.photos[person, default: []].insert(photo, at: 0)
    }

    // MARK: personal channels

    /// Shows the channel with this `chat_id` in the user's profile; none without a `chat_id`.
    func setPersonalChannel(_ request: Request) throws(BotAPIError) -> JSON {
        guard let id = request.personID else { throw .methodNotFound }
        guard !request.text("chat_id").isEmpty else {
            shared.personalChannels[id] = nil
            return true
        }
        let chat = try chats.chat(request.text("chat_id"))
        guard chat.isChannel, chat.isAdministrator(id) else {
            throw .badRequest("the chat must be a channel of the user")
        }
        shared.personalChannels[id] = chat.id
        return true
    }

    /// The newest message is the last.
    func getUserPersonalChatMessages(_ request: Request) throws(BotAPIError) -> JSON {
        let (id, _) = try user(request)
        guard let limit = request.arguments.integer("limit"), 1...20 ~= limit else {
            throw .badRequest("limit must be from 1 to 20")
        }
        guard let chat = shared.personalChannels[id].flatMap({ chats[$0] }) else { return [] }
        return JSON(chat.messages.ids.suffix(Int(limit)).compactMap { chat.messages[$0] })
    }
}

extension SimulatedTelegram {
    /// The properties of a user's `ChatFullInfo` that are in the profile.
    func account(of person: Int64) -> JSON {
        var account: JSON = [:]
        (shared.photos[person]?.first).map { account.set("photo", $0.chatPhoto) }
        shared.personalChannels[person].flatMap { chats[$0]?.json }.map {
            account.set("personal_chat", $0)
        }
        return account
    }
}

extension JSON {
    /// The `ChatPhoto` of a photo, which is an array of `PhotoSize` objects.
    var chatPhoto: JSON {
        let (id, unique) = (self[0]?["file_id"] ?? "", self[0]?["file_unique_id"] ?? "")
        return [
            "small_file_id": id, "small_file_unique_id": unique, "big_file_id": id,
            "big_file_unique_id": unique,
        ]
    }
}
