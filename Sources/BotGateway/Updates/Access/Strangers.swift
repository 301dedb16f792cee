import BotAPI
import Logging
import Reactor

/// Answers users who aren't allowed: lets in who knows the pairing code, and tells the others once that the bot is
/// private.
package final class Strangers {
    /// Whom it told is remembered for so many.
    private static let memory = 10_000
    /// The most told in a minute, so that strangers can't use up the bot's rate limit.
    private static let mostAMinute = 20

    package private(set) var paired: PairedUsers
    /// Nil without `--pair`.
    private var code: PairingCode?
    private let tellsID: Bool
    private let log: Logger
    private var told: Set<Int64> = []
    private var minute: (start: Instant, count: Int) = (.current, 0)
    /// The bot's username.
    private var bot: String?
    package var say: (_ text: String, _ chat: Int64) -> Void = { _, _ in }
    /// The list of paired users has changed.
    package var onPaired: () -> Void = {}

    /// - Parameter tellsID: whether a stranger is told their id.
    package init(_ paired: PairedUsers, pairs: Bool, tellsID: Bool, log: Logger) {
        (self.paired, self.tellsID, self.log) = (paired, tellsID, log)
        code = pairs ? PairingCode() : nil
    }

    /// Logs the code.
    ///
    /// - Parameter bot: the bot's username.
    package func announce(for bot: String?) {
        self.bot = bot
        guard let code else { return }
        let link = bot.map { " or opens https://t.me/\($0)?start=\(code.text)" } ?? ""
        log.notice("pairing code: \(code). The first user who sends it to the bot\(link) is let in")
    }

    package func reread() throws(GatewayFailure) { try paired.read() }

    /// A user who isn't allowed sent an update.
    func met(_ update: Update) {
        guard update.kind == "message", update.payload["chat"]?["type"]?.string == "private",
            let user = update.sender?["id"]?.integer, let chat = update.payload["chat"]?["id"]?.integer
        else { return }
        if let code, let text = update.payload["text"]?.string, code.isIn(text) {
            pair(user, name: update.sender?["username"]?.string, chat: chat)
        } else if code != nil || tellsID {
            tell(user, chat: chat)
        }
    }

    private func pair(_ user: Int64, name: String?, chat: Int64) {
        do throws(SystemError) {
            try paired.add(user, name: name)
        } catch {
            return log.error("can't remember user \(user), so it isn't let in: \(error)")
        }
        log.notice("paired user \(user)\(name.map { ", @\($0)" } ?? "")")
        // Who reads over a shoulder is too late.
        code = PairingCode()
        announce(for: bot)
        onPaired()
        say("You can use this bot now.", chat)
    }

    private func tell(_ user: Int64, chat: Int64) {
        if minute.start + .seconds(60) < .current { minute = (.current, 0) }
        guard !told.contains(user), minute.count < Self.mostAMinute else { return }
        if told.count >= Self.memory { told = [] }
        told.insert(user)
        minute.count += 1
        say("This bot is private.\(tellsID ? " Your id is \(user)." : "")", chat)
    }
}
