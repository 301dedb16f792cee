import ArgumentParser

/// How calls are sent.
struct CallFlags: ParsableArguments, Sendable {
    @Option(help: .duration("Time to wait for the answer to a call"))
    var callTimeout = DurationValue.seconds(60)

    @OptionGroup var fileFlags: FileFlags
}
