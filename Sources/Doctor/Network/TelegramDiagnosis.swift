import BotAPI
import BotGateway
import JSON

/// Telegram's answers about a bot, and the diagnoses from them.
struct TelegramDiagnosis {
    enum Poll: Equatable {
        /// No other program polls.
        case alone(pending: Int)
        case conflict
        case refused(String)
    }

    let place: String
    /// getMe's answer.
    var bot: JSON?
    /// The error of getMe.
    var refusal: BotAPIError?
    /// The answer didn't come from a Bot API server.
    var isNoBotAPI = false
    /// getWebhookInfo's answer.
    var webhook: JSON?
    /// A gateway of this state runs: a webhook is its own.
    var gatewayRuns = false
    var poll: Poll?
    /// How far this clock is ahead of the server's, in seconds.
    var clockOffset: Int64?

    var diagnoses: [Diagnosis] {
        [token, webhookDiagnosis, updates, clock, privacy, buttons].compactMap(\.self)
    }

    private var token: Diagnosis? {
        if isNoBotAPI {
            return .fault(
                "network",
                "\(place) is not a Bot API server. Check --api-url and $TELEGRAM_API_URL")
        }
        if let refusal {
            guard [401, 404].contains(refusal.code) else {
                return .fault("network", "\(place) answered getMe with \(refusal)")
            }
            let other =
                refusal.code == 404 && place != ServerURL.official.place
                ? ". Or \(place) is not the server's base URL: check --api-url and $TELEGRAM_API_URL" : ""
            return .fault("token", SignIn.unauthorized(refusal) + other)
        }
        guard let bot else { return nil }
        let name = bot["username"]?.string.map { "@\($0)" } ?? "a bot without a name"
        return .fine("token", "\(name), id \(bot["id"]?.description ?? "unknown")")
    }

    private var webhookDiagnosis: Diagnosis? {
        guard let webhook else { return nil }
        guard let url = webhook["url"]?.string, !url.isEmpty else { return .fine("webhook", "none is set") }
        let host = url.split(separator: "/").dropFirst().first.map(String.init) ?? url
        if gatewayRuns { return .fine("webhook", "one is set, at \(host), and a gateway runs") }
        return .fault(
            "webhook",
            "one is set, at \(host), and Telegram sends the bot's updates there. To poll, delete it: "
                + "pipegram run --delete-webhook …")
    }

    private var updates: Diagnosis? {
        switch poll {
        case .alone(0): .fine("updates", "no other program polls for them")
        case .alone: .fine("updates", "some are pending at Telegram; no other program polls for them")
        case .conflict:
            .fault(
                "updates",
                "another program polls for this bot's updates, so each gets only some: stop the other one, or use another "
                    + "bot's token; /revoke at @BotFather invalidates the current one")
        case .refused(let reason): .fault("updates", "Telegram rejects getUpdates: \(reason)")
        case nil: nil
        }
    }

    private static let clockTolerance: Int64 = 30

    private var clock: Diagnosis? {
        guard let clockOffset else { return nil }
        guard abs(clockOffset) > Self.clockTolerance else { return .fine("clock", "in sync with Telegram's") }
        let direction = clockOffset > 0 ? "ahead of" : "behind"
        return .fault(
            "clock",
            "this machine's clock is \(Duration.seconds(abs(clockOffset)).rounded) \(direction) Telegram's: TLS fails with a "
                + "clock that is far off, and --max-age drops the wrong updates. Set it: timedatectl set-ntp true"
        )
    }

    private var buttons: Diagnosis? {
        guard let mode = bot?["callback_query_mode"]?.string, mode.lowercased() != "default" else {
            return nil
        }
        return .hint("buttons", "callback_query_mode is \(mode). \(Diagnosis.callbackMode)")
    }

    private var privacy: Diagnosis? {
        guard bot?["can_read_all_group_messages"]?.bool == false, bot?["can_join_groups"]?.bool != false
        else {
            return nil
        }
        return .hint(
            "groups",
            "privacy mode is on: in groups the bot gets only commands, replies to it and mentions. "
                + "Turn it off with /setprivacy at @BotFather, then add the bot again; or make the bot an administrator"
        )
    }
}
