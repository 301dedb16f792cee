/// What doesn't keep to a limit of ArchitectureTests. A test fails too when an exception is no longer needed.
enum Exceptions {
    /// Files that are nothing but tables.
    static let tables: Set<String> = ["Sources/BotAPI/Methods.swift"]

    /// Types with more than twelve stored properties.
    static let largeTypes: Set<String> = [
        "BotGateway.BatchSender",
        "BotGateway.DiskJournal",
        "BotGateway.JournalChanges",
        "BotGateway.StateReport",
        "BotGateway.TelegramCaller",
        "BotGateway.TelegramPoller",
        "Reactor.ChildProcess",
        "Reactor.Transfer",
        "TelegramSimulator.SimulatedTelegram",
        "TelegramSimulator.SimulatorServer",
        "TelegramSimulator.WebhookDelivery",
    ]

    /// Properties that another file may set although none does.
    static let writableProperties: Set<String> = [
        "BotGateway.BatchSender.Tally.failed",
        "BotGateway.BatchSender.Tally.sent",
        "BotGateway.BatchSender.Tally.skippedFailed",
        "BotGateway.ChildHandlers.perform",
        "BotGateway.ChildHandlers.working",
        "BotGateway.FilteredUpdates.Dropped.notAllowed",
        "BotGateway.FilteredUpdates.Dropped.tooOld",
        "BotGateway.InFlight.Unacknowledged.hasReadEvent",
        "BotGateway.InFlight.Unacknowledged.wasAtWork",
        "BotGateway.StateReport.life",
        "BotGateway.StateReport.markedDeadLetters",
        "BotGateway.StateReport.scopes",
        "BotGateway.StateReport.started",
        "BotGateway.StateReport.uptime",
        "BotGateway.TelegramPoller.Options.kinds",
        "BotGateway.TelegramPoller.Options.wait",
        "Chat.TypedLine.SentFile.caption",
        "Doctor.ProbeRecord.Calls.refusals",
        "Reactor.HTTPClient.Part.content",
        "Reactor.HTTPClient.Renewal.countsOnlyShared",
        "Reactor.HTTPClient.Renewal.requests",
        "Reactor.HTTPClient.Request.url",
        "Reactor.HTTPServer.Request.query",
        "Reactor.HTTPServer.Responder.onClientGone",
        "Reactor.ReceivedPart.checksum",
        "Reactor.ReceivedPart.fileName",
        "TelegramSimulator.FormattedText.Place.mayBeEmpty",
        "TelegramSimulator.FormattedText.Place.tooLong",
        "TelegramSimulator.NumberedLog.Question.after",
        "TelegramSimulator.Request.isAwaited",
        "TelegramSimulator.SimulatedChat.details",
        "pipegram.ChatLogHandler.metadata",
        "pipegram.StderrLogHandler.metadata",
    ]
}
