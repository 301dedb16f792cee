import ArgumentParser

/// Whether recorded updates are redacted.
struct RedactionFlags: ParsableArguments, Sendable {
    @Flag(
        help: "Replace personal text, but not numeric ids")
    var redact = false
}
