import JSON

/// The changes that the next commit makes.
package struct JournalChanges {
    struct Events {
        var appended: [IncomingEvent] = []
        /// The keys of dead letters that became events again.
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

    /// A change to the scheduled events.
    enum WakeChange {
        case scheduled(Wake)
        /// It is due, and has become an event.
        case taken(scope: Scope, at: Int64)
        case forgotten(Scope)
    }

    /// The journal's single values; nil for those that don't change.
    struct Metadata {
        var offset: Int64?
        /// The offset up to which updates were polled before a webhook was set.
        var polled: Int64?
        /// The ids of updates that a webhook brought.
        var taken: [Int64] = []
        var username: String?
        var scopes: ScopeChoice?
        /// Since the start.
        var dropped: (notAllowed: Int, tooOld: Int)?
        var health: GatewayHealth?

        var isEmpty: Bool {
            offset == nil && username == nil && dropped == nil && health == nil && taken.isEmpty
                && polled == nil && scopes == nil
        }
    }

    var events = Events()
    var calls = Calls()
    var metadata = Metadata()
    var states: [Scope: JSON?] = [:]
    /// In order.
    var wakes: [WakeChange] = []
    var children: [Scope: (pid: Int32, started: Int64)?] = [:]
    /// When each chat's rate limit ends, in milliseconds since 1970.
    var holds: [String: Int64] = [:]
    var migrations: [Int64: Int64] = [:]

    var isEmpty: Bool {
        events.isEmpty && calls.isEmpty && metadata.isEmpty && states.isEmpty && children.isEmpty
            && holds.isEmpty && migrations.isEmpty && wakes.isEmpty
    }
}
