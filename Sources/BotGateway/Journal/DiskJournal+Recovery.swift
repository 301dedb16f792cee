/// A call of an earlier run that wasn't answered. It may have reached Telegram.
package struct RecoveredCall {
    let key: Int64
    let scope: Scope
    let call: Call
}

/// What an earlier run left.
extension DiskJournal {
    /// The calls, in the order in which they were written. From here on its events can be asked for.
    package func recoveredCalls() throws(GatewayFailure) -> [RecoveredCall] {
        do {
            try reviveBeforeStart()
            startRecovery()
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
}
