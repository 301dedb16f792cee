import ArgumentParser

/// What `run` has too and matters here.
struct ProbeFlags: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("How many children may live at the same time.", valueName: "number"))
    var maxChildren = 1000

    @Option(help: ArgumentHelp("How long a line of a child may be.", valueName: "64KiB|1MiB"))
    var maxLine = SizeValue(bytes: 1 << 20)

    @Flag(help: "The bot speaks plain text.")
    var plain = false
}
