import BotAPI
import BotGateway
import JSON

/// A bot's behaviour in one scenario, with the first few cases of each problem.
struct ProbeRecord {
    /// The maximum number of recorded cases per problem.
    private static let limit = 20

    /// The number of lines: those on stdout by time.
    struct Lines {
        var beforeEnd = 0
        /// Immediately after stdin was closed.
        var atEnd = 0
        /// The `telegram.state` lines among them, which are expected at that time.
        var statesAtEnd = 0
        var later = 0
        var onStderr = 0
        /// The bot wrote `telegram.ack`.
        var hasAcknowledgement = false
        /// With --ack event, the first event whose `telegram.ack` didn't come in time.
        var unacknowledged: Scenario.Step?
        /// The same, if it came once the bot was told to stop.
        var heldUntilStop: Scenario.Step?

        /// Those on stdout.
        var count: Int { beforeEnd + atEnd + later }
    }

    struct BadLine {
        let error: OutgoingEventError
        /// The start of the line.
        let text: String
        let step: Scenario.Step?
    }

    struct Calls {
        var count = 0
        /// Calls of methods that this version doesn't know.
        var unknown: [Call] = []
        fileprivate(set) var refusals: [Refusal] = []
        /// The bot changes how presses of its buttons arrive.
        fileprivate(set) var setsCallbackMode = false
    }

    struct Refusal {
        let call: Call
        let error: BotAPIError
    }

    struct Crash {
        /// 128 + the number of the signal that killed it.
        let status: Int32
        /// The last event that it got; nil at the end of stdin.
        let step: Scenario.Step?
        /// It hadn't read a byte.
        let isAtStart: Bool
        /// It had got no event yet, only the scope line.
        let isOnScope: Bool
        /// The last lines on stderr.
        let stderr: [String]
    }

    /// Why the scenario wasn't completed.
    enum Stall: Equatable {
        /// It doesn't read its stdin.
        case unread
        /// It is working, or waits for something else.
        case slow
        /// It has read everything, but still uses CPU time.
        case busy
        /// It writes endlessly.
        case flood
    }

    /// How it reacted to the end of stdin.
    struct Shutdown {
        /// It kept running after stdin ended.
        var ignoresEnd = false
        /// It used CPU time meanwhile.
        var isBusy = false
        var ignoresSIGTERM = false
    }

    /// Why it couldn't be started.
    var startFailure: String?
    /// The number of events sent.
    var eventsGiven = 0
    var lines = Lines()
    var badLines: [BadLine] = []
    var calls = Calls()
    var crashes: [Crash] = []
    /// How often it exited with 0 before stdin ended.
    var earlyExits = 0
    /// It exited with 0 without reading an event.
    var exitsUnread = false
    var stall: (Stall, step: Scenario.Step)?
    /// It was idle at least once before stdin was closed.
    var wasIdle = false
    var shutdown = Shutdown()
    /// Processes that outlived the bot.
    var orphans: [ProcessTree.Orphan] = []

    mutating func add(_ line: BadLine) {
        if badLines.count < Self.limit { badLines.append(line) }
    }

    mutating func add(_ call: Call) {
        calls.count += 1
        if let mode = call.parameters["callback_query_mode"]?.string, mode.lowercased() != "default" {
            calls.setsCallbackMode = true
        }
        guard !call.isDownload, !Methods.names.contains(call.method), calls.unknown.count < Self.limit else {
            return
        }
        calls.unknown.append(call)
    }

    mutating func add(_ refusal: Refusal) {
        if calls.refusals.count < Self.limit { calls.refusals.append(refusal) }
    }
}
