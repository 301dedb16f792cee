/// How a bot is examined.
package struct ProbeOptions {
    /// How long a line of it may be, in bytes.
    package var maxLine = 1 << 20
    /// How long it may take for one thing: to read an event, to end.
    package var patience: Duration = .seconds(5)
    /// It speaks plain text.
    package var isPlain = false
    /// It is given one event, and then the end of its stdin.
    package var isSingleEvent = false

    package init() {}
}
