import Reactor

/// How children are run.
public struct ChildOptions {
    /// A child with nothing to do for so long is ended; nil for never.
    public var idleTimeout: Duration? = .seconds(15 * 60)
    /// How long a child may take to end once its stdin is closed, before it is sent SIGTERM.
    public var stopGrace: Duration = .seconds(10)
    /// How long it may take after that, before it is sent SIGKILL.
    public var killGrace: Duration = .seconds(5)
    /// How many children live at the same time.
    public var maxChildren = 1000
    /// How long a line of a child may be, in bytes.
    public var maxLine = 1 << 20
    /// What is done for the sake of the same calls every time.
    public var replays: Replay?

    /// A recorded log is replayed: its children are neither reaped nor started again after a failure.
    public struct Replay {
        /// The log is a file, so that its next update is never long in coming.
        public var isFile: Bool

        public init(isFile: Bool) { self.isFile = isFile }
    }

    public init() {}

    var deliveryMode: Delivery.Mode {
        replays.map { .lockstep(growing: $0.isFile) } ?? .oneByOne
    }

    /// An idle child is asked to make room for another scope only when it was quiet for so long.
    static let quietBeforeEviction: Duration = .seconds(1)

    /// A child that has so many calls, or bytes of them, on their way waits in its own write for room.
    static let maxOpenCalls = 32
    static let maxOpenBytes = 1 << 20
}
