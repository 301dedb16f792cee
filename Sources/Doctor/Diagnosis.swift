/// The result of one check.
package struct Diagnosis: Equatable {
    /// The result's severity.
    package enum Severity: Equatable, Sendable {
        /// The check passed.
        case fine
        /// Worth knowing, but not a fault.
        case hint
        /// A fault to fix: the bot doesn't work correctly.
        case fault
    }

    package let severity: Severity
    /// The subject of the check: `token`, `bot.py:14`.
    package let subject: String
    /// The finding, then the fix.
    package let message: String

    package init(_ severity: Severity, _ subject: String, _ message: String) {
        (self.severity, self.subject, self.message) = (severity, subject, message)
    }

    /// The effect of setMySettings' `callback_query_mode`.
    static let callbackMode =
        "Presses of the bot's buttons then come without their chat, in the scope of the user: user:ID"

    static func fine(_ subject: String, _ message: String) -> Diagnosis { Diagnosis(.fine, subject, message) }
    static func hint(_ subject: String, _ message: String) -> Diagnosis { Diagnosis(.hint, subject, message) }
    static func fault(_ subject: String, _ message: String) -> Diagnosis {
        Diagnosis(.fault, subject, message)
    }
}
