/// One thing that was looked at, and what it is like.
package struct Diagnosis: Equatable {
    /// How much it matters.
    package enum Severity: Equatable, Sendable {
        /// As it should be.
        case fine
        /// Worth knowing, and nothing wrong.
        case hint
        /// To be put right: the bot doesn't work as it should.
        case fault
    }

    package let severity: Severity
    /// What it is about: `token`, `bot.py:14`.
    package let subject: String
    /// What it is like, and then what to change.
    package let message: String

    package init(_ severity: Severity, _ subject: String, _ message: String) {
        (self.severity, self.subject, self.message) = (severity, subject, message)
    }

    static func fine(_ subject: String, _ message: String) -> Diagnosis { Diagnosis(.fine, subject, message) }
    static func hint(_ subject: String, _ message: String) -> Diagnosis { Diagnosis(.hint, subject, message) }
    static func fault(_ subject: String, _ message: String) -> Diagnosis {
        Diagnosis(.fault, subject, message)
    }
}
