import JSON

/// A call of the bot, or an action of a user in the app.
struct Request {
    /// A method's or an action's name, in lower case.
    let name: String
    let arguments: Arguments
    let files: [ReceivedFile]
    /// The `User` who acts; nil for the bot.
    let person: JSON?
    /// Whether the caller reads the result.
    fileprivate(set) var isAwaited = true

    var isFromBot: Bool { person == nil }

    func text(_ name: String) -> String { arguments.text(name) }

    /// The id of the user who acts; nil for the bot.
    var personID: Int64? { person?["id"]?.integer }

    /// The same request with other parameters.
    func with(_ parameters: JSON) -> Request {
        Request(name: name, arguments: Arguments(parameters), files: files, person: person)
    }
}

extension Arguments {
    /// An id of up to 64 bits; nil if it is missing or malformed.
    func id(_ name: String) -> Int64? { Int64(text(name)) }

    func has(_ name: String) -> Bool { json[name] != nil }
}
