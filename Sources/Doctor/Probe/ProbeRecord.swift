import BotAPI
import BotGateway
import JSON

/// What was seen of a bot in one scenario: of each trouble the first few signs.
struct ProbeRecord {
    /// So many signs of a trouble are kept.
    static let signs = 20

    struct BadLine {
        let error: OutgoingEventError
        /// Its beginning.
        let text: String
        let step: Scenario.Step?
    }

    struct Refusal {
        let call: Call
        let error: BotAPIError
    }

    struct Death {
        /// 128 + the number of the signal that killed it.
        let status: Int32
        /// What it had been given last; nil for the end of its stdin.
        let step: Scenario.Step?
        /// It hadn't read a byte.
        let isAtStart: Bool
        /// It came no further than the scope and its first event.
        let isFirst: Bool
        /// What it wrote to stderr last.
        let complaint: [String]
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

    /// It couldn't be started at all.
    var startFailure: String?
    /// Events it was given.
    var eventsGiven = 0
    /// Lines, before its stdin was ended, at once when it was, and later.
    var linesBeforeEnd = 0
    var linesAtEnd = 0
    var linesLater = 0
    /// Of the lines at the end those that are `telegram.state`: it is the right time for one.
    var statesAtEnd = 0
    var lines: Int { linesBeforeEnd + linesAtEnd + linesLater }
    var calls = 0
    /// Calls of methods that this version doesn't know.
    var unknown: [Call] = []
    var badLines: [BadLine] = []
    var refusals: [Refusal] = []
    var deaths: [Death] = []
    /// How often it ended with 0 while more was to come.
    var endings = 0
    /// It ended with 0 and had read nothing.
    var endsUnread = false
    var stall: (Stall, step: Scenario.Step)?
    /// It was seen to wait, with nothing left to read, before its stdin was ended.
    var wasIdle = false
    /// It lived on when its stdin was ended.
    var ignoresEnd = false
    /// And computed all the while.
    var spinsAtEnd = false
    var ignoresTermination = false
    var leftovers: [ProcessTree.Leftover] = []
}
