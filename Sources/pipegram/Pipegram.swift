import ArgumentParser

@main
struct Pipegram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipegram",
        abstract: "Turn any program into a Telegram bot.",
        discussion: """
            Starts one child of your program for each chat, feeds it events as JSON lines on stdin, and sends \
            what it writes to stdout. A first try, without a token:

              pipegram replay examples/echo/updates.ndjson -- examples/echo/bot.sh
            """,
        version: "pipegram \(Version.current)",
        subcommands: [
            RunCommand.self, ReplayCommand.self, RecordCommand.self, SendCommand.self, StatusCommand.self,
            DeadLettersCommand.self,
        ]
    )
}

enum Version {
    static let current = "0.1.0"
}
