import BotAPI
import BotGateway
import JSON

/// What Telegram has said of a bot, and what follows from it.
struct TelegramDiagnosis {
    enum Poll: Equatable {
        /// Nobody else asks.
        case alone(pending: Int)
        case conflict
        case refused(String)
    }

    let place: String
    /// getMe's answer.
    var bot: JSON?
    /// Why there is none.
    var refusal: BotAPIError?
    /// It was no answer of a Bot API server.
    var isNoBotAPI = false
    /// getWebhookInfo's answer.
    var webhook: JSON?
    var poll: Poll?
    /// How far this clock is ahead of the server's, in seconds.
    var clockOffset: Int64?

    var diagnoses: [Diagnosis] {
        [token, webhookDiagnosis, updates, clock, privacy].compactMap(\.self)
    }

    private var token: Diagnosis? {
        if isNoBotAPI {
            return .fault(
                "network",
                "\(place) is no Bot API server. --api-url and $TELEGRAM_API_URL name it, without /bot…")
        }
        if let refusal {
            guard [401, 404].contains(refusal.code) else {
                return .fault("network", "\(place) answered getMe with \(refusal)")
            }
            let other =
                refusal.code == 404 && place != BotAPIClient.officialURL
                ? ". Or \(place) is more than the server's address: --api-url and $TELEGRAM_API_URL name it without /bot…"
                : ""
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
        return .fault(
            "webhook",
            "one is set, at \(host), and Telegram sends the bot's updates there. To remove it: "
                + "pipegram run --delete-webhook …")
    }

    private var updates: Diagnosis? {
        switch poll {
        case .alone(0): .fine("updates", "nobody else asks for them")
        case .alone: .fine("updates", "some wait at Telegram, and nobody else takes them")
        case .conflict:
            .fault(
                "updates",
                "another program asks for this bot's updates, and each gets some of them: stop the other one, or get this "
                    + "one a token of its own; /revoke at @BotFather ends whoever else has it")
        case .refused(let reason): .fault("updates", "Telegram refuses getUpdates: \(reason)")
        case nil: nil
        }
    }

    private static let clockTolerance: Int64 = 30

    private var clock: Diagnosis? {
        guard let clockOffset else { return nil }
        guard abs(clockOffset) > Self.clockTolerance else { return .fine("clock", "as Telegram's") }
        let direction = clockOffset > 0 ? "ahead of" : "behind"
        return .fault(
            "clock",
            "this machine's clock is \(Duration.seconds(abs(clockOffset)).rounded) \(direction) Telegram's: TLS fails with a "
                + "clock that is far off, and --max-age drops the wrong updates. Set it: timedatectl set-ntp true"
        )
    }

    private var privacy: Diagnosis? {
        guard bot?["can_read_all_group_messages"]?.bool == false, bot?["can_join_groups"]?.bool != false
        else {
            return nil
        }
        return .hint(
            "groups",
            "privacy mode is on: in groups the bot gets only commands, replies to it and where it is mentioned. "
                + "/setprivacy at @BotFather changes that, for groups that it joins from then on; or make it an administrator"
        )
    }
}
