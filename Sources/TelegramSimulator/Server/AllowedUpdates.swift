import BotAPI
import JSON

/// Which kinds of updates Telegram creates for a bot: the last `allowed_updates` that was sent, for it
/// outlives the request.
struct AllowedUpdates {
    /// Two kinds are named by the server's source alone.
    private static let known = UpdateKinds.known.union(["custom_event", "custom_query"])

    /// In the order of the request; nil is the default.
    private(set) var listed: [String]?

    /// Whether an update is created. A kind of tomorrow belongs to the default.
    func admits(_ kind: String) -> Bool {
        listed?.contains(kind) ?? !UpdateKinds.onRequest.contains(kind)
    }

    /// Takes a request's `allowed_updates`. Anything but an array of strings changes nothing; one without
    /// a single known kind brings the default back.
    mutating func update(from arguments: Arguments) {
        guard let array = arguments.structure("allowed_updates"), array.isArray else { return }
        let names = array.elements.compactMap { $0.string?.lowercased() }
        guard names.count == array.count else { return }
        let known = names.filter(Self.known.contains)
        listed = known.isEmpty ? nil : known
    }
}
