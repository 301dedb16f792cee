import ArgumentParser

/// How a running gateway tells what it does: its log and its metrics.
struct RunLogFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Serve /metrics, /healthz and /readyz here", valueName: MetricsAddress.forms),
        completion: .file())
    var metrics: MetricsAddress?

    @OptionGroup var log: LogFlags<InfoByDefault>
}
