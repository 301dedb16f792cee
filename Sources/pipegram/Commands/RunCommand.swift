import ArgumentParser

struct RunCommand: ParsableCommand, Sendable {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a bot on Telegram: one child of your program for each chat.",
        usage: "pipegram run [<options>] [--] <program> [<argument> ...]",
        discussion: """
            Polls Telegram for updates until it is stopped; with --webhook, Telegram posts them. Unfinished events and calls are kept in the state \
            directory; the next start continues from there, even after kill -9. With --state \
            postgresql://USER@HOST/DATABASE, gateways on several machines share the work.

            SIGINT or SIGTERM waits for the children to finish their events, sends their calls, and exits with \
            0; a second signal kills the children. SIGHUP replaces all children, for example after a change to the \
            bot, and rereads --allow-file. SIGUSR1 logs the output of 'pipegram status'.

            The lines of an --allow-file are 'chat ID', 'user ID' or 'user @name'. With --plain, the bot reads each \
            message as a line, and its output is sent as messages. --ack auto acknowledges an event when its child \
            reads on or has run for --ack-timeout; event, when the bot writes telegram.ack; exit, when the child \
            exits with 0 after one event.

            Durations are written 500ms, 10s, 15m, 1h or never; sizes 65536, 64KiB or 1MiB.

            Example:  TELEGRAM_BOT_TOKEN=… pipegram run -- ./bot.sh
            """)

    @OptionGroup(title: "Telegram") var server: ServerFlags
    @OptionGroup(title: "Telegram") var polling: PollingFlags
    @OptionGroup(title: "Telegram") var webhook: WebhookFlags
    @OptionGroup(title: "Telegram") var callFlags: CallFlags
    @OptionGroup(title: "Access") var accessFlags: AccessFlags
    @OptionGroup(title: "Record") var recordFlags: RecordFlags
    @OptionGroup(title: "Children") var childFlags: ChildFlags
    @OptionGroup(title: "Children") var runChildFlags: RunChildFlags
    @OptionGroup(title: "Delivery") var deliveryFlags: DeliveryFlags
    @OptionGroup(title: "Log") var logFlags: RunLogFlags
    @OptionGroup var configurationFlags: ConfigurationFlags
    @OptionGroup var bot: ProgramArguments

    func validate() throws {
        try webhook.check(polling, server)
        if accessFlags.dropPending, deliveryFlags.stateFlags.isURL {
            throw ValidationError(
                "--drop-pending needs a state directory: a gateway that takes over polling must drop nothing."
            )
        }
        if accessFlags.pair, deliveryFlags.stateFlags.isURL {
            throw ValidationError(
                "--pair needs a state directory: with a PostgreSQL server, use the same --allow-file on each machine."
            )
        }
        if webhook.webhook != nil, deliveryFlags.stateFlags.isURL {
            throw ValidationError(
                "--webhook needs a state directory: of the gateways on a PostgreSQL server, one polls.")
        }
        try deliveryFlags.ack.check(isPlain: childFlags.plain)
    }
}
