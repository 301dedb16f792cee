import JSON

/// What the next commit changes.
struct JournalChanges {
    struct Events {
        var appended: [IncomingEvent] = []
        /// Dead letters that have become events again.
        var revived: [Int64] = []
        var requeued: [(key: Int64, deaths: Int)] = []
        var deadLettered: [(event: IncomingEvent, reason: String)] = []
        var acknowledged: [Int64] = []

        var isEmpty: Bool {
            appended.isEmpty && acknowledged.isEmpty && requeued.isEmpty && deadLettered.isEmpty
                && revived.isEmpty
        }
    }

    struct Calls {
        var added: [Int64: (call: Call, scope: Scope)] = [:]
        var answered: [Int64] = []

        var isEmpty: Bool { added.isEmpty && answered.isEmpty }
    }

    /// What there is one of in a journal; nil for what stays.
    struct Metadata {
        var offset: Int64?
        var username: String?
        /// Since the start.
        var dropped: (notAllowed: Int, tooOld: Int)?

        var isEmpty: Bool { offset == nil && username == nil && dropped == nil }
    }

    var events = Events()
    var calls = Calls()
    var metadata = Metadata()
    var states: [Scope: JSON?] = [:]
    var children: [Scope: (pid: Int32, started: Int64)?] = [:]
    /// Until when a chat must wait.
    var holds: [String: Int64] = [:]
    var migrations: [Int64: Int64] = [:]

    var isEmpty: Bool {
        events.isEmpty && calls.isEmpty && metadata.isEmpty && states.isEmpty && children.isEmpty
            && holds.isEmpty && migrations.isEmpty
    }
}
