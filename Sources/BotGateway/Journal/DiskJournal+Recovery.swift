/// A call of an earlier run that wasn't answered. It may have reached Telegram.
package struct RecoveredCall {
    let key: Int64
    let scope: Scope
    let call: Call
}

/// Which scopes with events of an earlier run were told, in the order of their names; the others are left
/// on disk until there is room for them.
struct RecoveredScopes {
    /// The events with lower keys are of an earlier run.
    var end: Int64 = 0
    /// The last scope that was told; nil when all were.
    var last: String?

    static let pageSize = 1000

    /// Whether a scope is still to be told.
    func isUnread(_ scope: Scope) -> Bool {
        last.map { $0.utf8.lexicographicallyPrecedes(scope.description.utf8) } ?? false
    }
}

/// What an earlier run left.
extension DiskJournal {
    /// The calls, in the order in which they were written. From here on its events can be asked for.
    package func recoveredCalls() throws(GatewayFailure) -> [RecoveredCall] {
        do {
            try reviveBeforeStart()
            earlier = RecoveredScopes(end: nextKey, last: "")
            var recoveredCalls: [RecoveredCall] = []
            let calls = try database.prepare("SELECT key, scope, line FROM calls ORDER BY key")
            while try calls.step() {
                let key = calls.integer(0) ?? 0
                guard let scope = calls.text(1).flatMap(Scope.init),
                    let call = Self.call(calls.bytes(2))
                else {
                    log.error("a call in the journal can't be read, and is dropped")
                    remove(call: key)
                    continue
                }
                // The child for which that file was meant is gone.
                guard !call.isDownload || call.downloadPath != nil else {
                    remove(call: key)
                    continue
                }
                recoveredCalls.append(RecoveredCall(key: key, scope: scope, call: call))
            }
            return recoveredCalls
        } catch {
            throw JournalDatabase.failure(error, at: place)
        }
    }

    /// As it was stored: what its bot left out on purpose isn't filled in now.
    private static func call(_ line: [UInt8]) -> Call? {
        let event = line.withUnsafeBytes { try? OutgoingEvent($0, in: nil) }
        guard case .call(let call) = event else { return nil }
        return call
    }

    package func nextRecovered() -> [(scope: Scope, count: Int)]? {
        guard let last = earlier.last else { return nil }
        // What is dealt with must be gone before the scopes are counted.
        flush()
        guard pending.isEmpty else { return [] }
        do throws(DatabaseError) {
            let read = try database.prepare(
                """
                SELECT scope, count(*) FROM events WHERE scope > ? AND key < ?
                GROUP BY scope ORDER BY scope LIMIT \(RecoveredScopes.pageSize)
                """)
            read.bind(0, last)
            read.bind(1, earlier.end)
            var scopes: [(Scope, Int)] = []
            var rows = 0
            while try read.step() {
                rows += 1
                let name = read.text(0) ?? ""
                earlier.last = name
                if let scope = Scope(name), let count = read.integer(1) {
                    scopes.append((scope, Int(count)))
                } else {
                    log.error("events of the scope '\(name)' can't be read, and are left alone")
                }
            }
            if rows < RecoveredScopes.pageSize { earlier.last = nil }
            return scopes
        } catch {
            _ = failedToRead(error)
            return []
        }
    }

    package func recoveredCount(of scope: Scope) -> Int {
        guard earlier.isUnread(scope) else { return 0 }
        do throws(DatabaseError) {
            let read = try database.prepare("SELECT count(*) FROM events WHERE scope = ? AND key < ?")
            read.bind(0, scope.description)
            read.bind(1, earlier.end)
            return try read.step() ? Int(clamping: read.integer(0) ?? 0) : 0
        } catch {
            // Newer events would overtake them: the next start finds all of them.
            fail(error)
            return 0
        }
    }
}
