/// How a bot is examined.
public struct ProbeOptions {
    /// How long a line of it may be, in bytes.
    public var maxLine = 1 << 20
    /// How long it may take for one thing: to read an event, to end.
    public var patience: Duration = .seconds(5)
    /// It speaks plain text.
    public var isPlain = false
    /// It is given one event, and then the end of its stdin.
    public var isSingle = false

    public init() {}
}
