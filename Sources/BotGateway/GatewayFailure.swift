/// Why the gateway can't continue, and what to do about it.
package struct GatewayFailure: Error, CustomStringConvertible {
    /// Each kind has its own exit code.
    package enum Kind: Sendable {
        /// Telegram rejects the token.
        case unauthorized
        /// Telegram rejects the sign-in for another reason than the token, such as a logOut some minutes ago.
        case refused
        /// The server at the Bot API's address isn't a Bot API server.
        case noBotAPI
        /// A webhook is set, so getUpdates is refused.
        case webhookIsSet
        /// Telegram rejects the webhook's URL, or can't connect to it.
        case badWebhook
        /// Another program polls for this bot's updates, or changes its webhook.
        case conflict
        /// The state directory can't be used, or another gateway uses it.
        case noState
        /// The journal can't be used: it is broken, another bot's, or from a newer version.
        case unusableState
        /// There is no journal: no gateway has run with this state directory.
        case neverRan
        /// The gateway has no such scope.
        case wrongScope
        /// The log of updates is malformed.
        case malformedLog
        case inputOutput
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
