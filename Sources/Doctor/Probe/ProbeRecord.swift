import BotAPI
import BotGateway
import JSON

/// What was seen of a bot in one scenario: of each problem the first few cases.
struct ProbeRecord {
    /// So many cases of a problem are kept.
    private static let limit = 20

    /// The lines of its stdout, by when they came.
    struct Lines {
        var beforeEnd = 0
        /// At once when its stdin was ended.
        var atEnd = 0
        /// Of these `telegram.state`: it is the right time for one.
        var statesAtEnd = 0
        var later = 0

        var count: Int { beforeEnd + atEnd + later }
    }

    struct BadLine {
        let error: OutgoingEventError
        /// Its beginning.
        let text: String
        let step: Scenario.Step?
    }

    struct Calls {
        var count = 0
        /// Those of methods that this version doesn't know.
        var unknown: [Call] = []
        var refusals: [Refusal] = []
    }

    struct Refusal {
        let call: Call
        let error: BotAPIError
    }

    struct Crash {
        /// 128 + the number of the signal that killed it.
        let status: Int32
        /// What it had been given last; nil for the end of its stdin.
        let step: Scenario.Step?
        /// It hadn't read a byte.
        let isAtStart: Bool
        /// It came no further than the scope and its first event.
        let isFirst: Bool
        /// What it wrote to stderr last.
        let stderr: [String]
    }

    /// Why the scenario came to no end.
    enum Stall: Equatable {
        /// It doesn't read what it is given.
        case unread
        /// It was at work, or waits for somebody else.
        case slow
        /// It has read all, and computes on and on.
        case busy
        /// It writes and writes.
        case flood
    }

    /// How it took the end of its stdin.
    struct Shutdown {
        /// It lived on when its stdin was ended.
        var ignoresEnd = false
        /// And computed all the while.
        var isBusy = false
        var ignoresSIGTERM = false
    }

    /// It couldn't be started at all.
    var startFailure: String?
    /// Events it was given.
    var eventsGiven = 0
    var lines = Lines()
    var badLines: [BadLine] = []
    var calls = Calls()
    var crashes: [Crash] = []
    /// How often it ended with 0 while more was to come.
    var earlyExits = 0
    /// It ended with 0 and had read nothing.
    var exitsUnread = false
    var stall: (Stall, step: Scenario.Step)?
    /// It was seen to wait, with nothing left to read, before its stdin was ended.
    var wasIdle = false
    var shutdown = Shutdown()
    /// Processes that it had started and that outlived it.
    var orphans: [ProcessTree.Orphan] = []

    mutating func add(_ line: BadLine) {
        if badLines.count < Self.limit { badLines.append(line) }
    }

    mutating func add(_ call: Call) {
        calls.count += 1
        guard !call.isDownload, !Methods.names.contains(call.method), calls.unknown.count < Self.limit else {
            return
        }
        calls.unknown.append(call)
    }

    mutating func add(_ refusal: Refusal) {
        if calls.refusals.count < Self.limit { calls.refusals.append(refusal) }
    }
}
