import BotGateway

/// The options of a probe.
package struct ProbeOptions {
    /// The maximum line length in bytes.
    package var maxLine = 1 << 20
    /// The time limit for each step, such as reading an event or exiting.
    package var patience: Duration = .seconds(5)
    /// The bot speaks plain text.
    package var isPlain = false
    /// Each child gets one event, and then the end of stdin.
    package var isSingleEvent = false
    /// The bot acknowledges each event with `telegram.ack`, and gets the next one after that.
    package var awaitsAcknowledgement = false
    /// The scopes of children.
    package var scopes = ScopeChoice.chat
    /// How many unacknowledged events the bot may have at once.
    package var window = 1
    /// The bot runs in a box.
    package var isBoxed = false
    /// The command line that checks a program that speaks plain text.
    package var plainCommandLine = "pipegram doctor --plain"

    package init() {}
}
