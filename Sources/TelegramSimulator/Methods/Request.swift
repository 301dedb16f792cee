import JSON

/// One thing that somebody does: the bot by a call, or a person in the app.
struct Request {
    /// A method's or an action's name, in lower case.
    let name: String
    let arguments: Arguments
    let files: [ReceivedFile]
    /// The `User` who does it; nil for the bot.
    let person: JSON?
    /// Somebody gets what comes of it.
    fileprivate(set) var isAwaited = true

    var isFromBot: Bool { person == nil }

    func text(_ name: String) -> String { arguments.text(name) }

    /// The id of whoever does it; nil for the bot.
    var personID: Int64? { person?["id"]?.integer }

    /// The same by the same, with other parameters.
    func with(_ parameters: JSON) -> Request {
        Request(name: name, arguments: Arguments(parameters), files: files, person: person)
    }
}

extension Arguments {
    /// An id of up to 64 bits; nil where there is none.
    func id(_ name: String) -> Int64? { Int64(text(name)) }

    func has(_ name: String) -> Bool { json[name] != nil }
}
