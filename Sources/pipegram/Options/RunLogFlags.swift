import ArgumentParser

/// How a running gateway tells what it does: its log and its metrics.
struct RunLogFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Serve /metrics, /healthz and /readyz here", valueName: ServerAddress.forms),
        completion: .file())
    var metrics: ServerAddress?

    @OptionGroup var log: LogFlags<InfoByDefault>
}
