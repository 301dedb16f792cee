import ArgumentParser

/// How children are isolated.
struct BoxFlags: ParsableArguments, Sendable {
    @Option(defaultAsFlag: BoxMode.on, parsing: .next, help: boxHelp, completion: .list(["net"]))
    var box: BoxMode?

    static let boxHelp = ArgumentHelp(
        "Isolate each child (net leaves it the network)", valueName: "net")

    @Flag(help: "Print a child's command line and exit")
    var printCommand = false
}
