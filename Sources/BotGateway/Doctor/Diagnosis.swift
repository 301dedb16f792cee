/// One thing that was looked at, and what it is like.
public struct Diagnosis: Equatable {
    /// How much it matters.
    public enum Severity: Equatable, Sendable {
        /// As it should be.
        case fine
        /// Worth knowing, and nothing wrong.
        case hint
        /// To be put right: the bot doesn't work as it should.
        case fault
    }

    public let severity: Severity
    /// What it is about: `token`, `bot.py:14`.
    public let subject: String
    /// What it is like, and then what to change.
    public let words: String

    public init(_ severity: Severity, _ subject: String, _ words: String) {
        (self.severity, self.subject, self.words) = (severity, subject, words)
    }

    static func fine(_ subject: String, _ words: String) -> Diagnosis { Diagnosis(.fine, subject, words) }
    static func hint(_ subject: String, _ words: String) -> Diagnosis { Diagnosis(.hint, subject, words) }
    static func fault(_ subject: String, _ words: String) -> Diagnosis { Diagnosis(.fault, subject, words) }
}
