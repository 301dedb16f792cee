import ArgumentParser

/// Whether recorded updates are redacted.
struct RedactionFlags: ParsableArguments, Sendable {
    @Flag(
        help: "Replace names, texts and other strings with made-up ones; keep numeric ids.")
    var redact = false
}
