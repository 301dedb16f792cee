import ArgumentParser
import BotGateway

/// The options of `run` that matter to `doctor`.
struct ProbeFlags: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Maximum number of running children", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("Maximum length of a line that a child writes", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue(bytes: 1 << 20)

    @Option(help: ChildFlags.scopeHelp) var scope = ScopeChoice.chat

    @Option(help: DeliveryFlags.windowHelp)
    var window = 1

    @Flag(help: "Exchange plain text with the bot instead of JSON")
    var plain = false

    @Option(help: ChildFlags.workdirHelp, completion: .directory)
    var workdir: String?

    @Option(
        defaultAsFlag: BoxMode.on, parsing: .next, help: BoxFlags.boxHelp, completion: .list(["net"]))
    var box: BoxMode?
}
