/// Why the gateway can't go on, and what to do.
package struct GatewayFailure: Error, CustomStringConvertible {
    /// What kind of trouble it is; the program ends with an exit code of its own for each.
    package enum Kind: Sendable {
        /// Telegram refuses the token.
        case unauthorized
        /// What answers at the Bot API's address is something else.
        case noBotAPI
        /// A webhook is set, so that no updates can be asked for.
        case webhookIsSet
        /// Another program asks for this bot's updates.
        case conflict
        /// There is no place for what is to be kept, or another gateway uses it.
        case noState
        /// What was kept can't be used: broken, of another bot, or of a version to come.
        case unusableState
        /// Nothing was kept, for no gateway has run there.
        case neverRan
        /// A recorded log isn't one.
        case malformedLog
        /// A file can't be read or written.
        case inputOutput
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
