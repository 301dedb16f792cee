import JSON

/// The messages that the bot is still writing, as users see them.
struct SimulatedDrafts {
    /// In seconds; another version of a draft starts it again.
    static let lifetime: Int64 = 30

    /// By chat, the newest at the end: `{"draft_id":1,"text":"Wel","expires":…}`.
    private var drafts: [Int64: [JSON]] = [:]

    mutating func show(_ draft: JSON, in chat: Int64, at now: Int64) {
        drafts = drafts.compactMapValues { old in
            let rest = old.filter { Self.isVisible($0, at: now) }
            return rest.isEmpty ? nil : rest
        }
        drafts[chat, default: []].removeAll { $0["draft_id"] == draft["draft_id"] }
        drafts[chat, default: []].append(draft)
    }

    /// The draft with this id (default: the newest one) that a user can stop.
    func stoppable(_ id: Int64?, in chat: Int64, at now: Int64) -> JSON? {
        drafts[chat]?.last { draft in
            Self.isVisible(draft, at: now) && draft["can_stop"]?.bool == true
                && (id == nil || draft["draft_id"]?.integer == id)
        }
    }

    mutating func remove(_ draft: JSON, from chat: Int64) {
        drafts[chat]?.removeAll { $0["draft_id"] == draft["draft_id"] }
    }

    /// Forgets a chat's drafts: the bot has sent the message.
    mutating func end(in chat: Int64) {
        if !drafts.isEmpty { drafts[chat] = nil }
    }

    private static func isVisible(_ draft: JSON, at now: Int64) -> Bool {
        now < (draft["expires"]?.integer ?? 0)
    }
}
