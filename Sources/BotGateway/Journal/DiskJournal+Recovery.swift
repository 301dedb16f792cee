/// A call that an earlier run left unanswered. It may have reached Telegram.
package struct RecoveredCall {
    let key: Int64
    let scope: Scope
    let call: Call
}

/// Reads the calls that an earlier run left.
extension DiskJournal {
    /// The unanswered calls, in the order in which they were written. From here on, `nextRecovered` returns the events.
    package func recoveredCalls() throws(GatewayFailure) -> [RecoveredCall] {
        do {
            try reviveBeforeStart()
            startRecovery()
            var recoveredCalls: [RecoveredCall] = []
            let calls = try database.prepare("SELECT key, scope, line FROM calls ORDER BY key")
            while try calls.step() {
                let key = calls.integer(0) ?? 0
                let call = recovered(key: key, scope: calls.text(1) ?? "", line: calls.bytes(2))
                if let call { recoveredCalls.append(call) }
            }
            return recoveredCalls
        } catch {
            throw JournalDatabase.failure(error, at: place)
        }
    }

    /// Nil for a call that isn't sent again; it is removed.
    func recovered(key: Int64, scope: String, line: [UInt8]) -> RecoveredCall? {
        guard let scope = Scope(scope), let call = Self.call(line) else {
            log.error("dropped a call in the journal that can't be read")
            remove(call: key)
            return nil
        }
        // Without a path, the file was meant for a child that is gone.
        guard !call.isDownload || call.downloadPath != nil else {
            remove(call: key)
            return nil
        }
        return RecoveredCall(key: key, scope: scope, call: call)
    }

    /// Parses a stored call as it is: defaults were filled in before it was stored, and parameters that the bot left
    /// out on purpose must stay out.
    private static func call(_ line: [UInt8]) -> Call? {
        let event = line.withUnsafeBytes { try? OutgoingEvent($0, in: nil) }
        guard case .call(let call) = event else { return nil }
        return call
    }
}
