import BotAPI
import JSON

/// The kinds of updates that Telegram creates for a bot: the last `allowed_updates` that the bot sent. The setting
/// stays in effect after the request.
struct AllowedUpdates {
    /// Two kinds are undocumented; only the Bot API server's source names them.
    private static let known = UpdateKinds.known.union(["custom_event", "custom_query"])

    /// The kinds in the order of the request; nil for the default.
    private(set) var listed: [String]?

    /// Whether updates of a kind are created. The default includes kinds that are still unknown here.
    func admits(_ kind: String) -> Bool {
        listed?.contains(kind) ?? !UpdateKinds.onRequest.contains(kind)
    }

    /// Applies a request's `allowed_updates`. A value that isn't an array of strings changes nothing; an array without
    /// any known kind restores the default.
    mutating func update(from arguments: Arguments) {
        guard let array = arguments.structure("allowed_updates"), array.isArray else { return }
        let names = array.elements.compactMap { $0.string?.lowercased() }
        guard names.count == array.count else { return }
        let known = names.filter(Self.known.contains)
        listed = known.isEmpty ? nil : known
    }
}
