/// What happens to children when the shards of a cluster move.
extension Children {
    /// Scheduled events of other scopes came into the journal.
    func wakesArrived() { if context.policy.hasClock { clock.lookAgain() } }

    /// Shards are another gateway's now: drops their events, and kills their children.
    func revoke(_ shards: Set<Int>) {
        for (scope, session) in sessions where shards.contains(scope.shard) {
            session.revoke()
            if session.isAlive { moves.revoked.append(session) }
            sessions[scope] = nil
            recovery.forget(scope)
        }
        moves.leaving.subtract(shards)
        clock.lookAgain()
    }

    /// Ends the shards' children between two events, and starts no more until the shards are revoked.
    func drain(_ shards: Set<Int>) {
        moves.leaving.formUnion(shards)
        let sessions = sessions.values.filter { moves.isLeaving($0.scope) }
        for session in sessions { session.reload() }
        context.loop.after(context.policy.stopGrace) { sessions.forEach { $0.hurryReload() } }
    }

    /// Ends the children of a leaving shard that have finished their events, and whose calls have to wait.
    func closeWaiting(in shard: Int, unless isInFlight: (Scope) -> Bool) {
        for session in sessions.values where session.scope.isIn(shard) && session.isWaitingForResults {
            if !isInFlight(session.scope) { session.hurryReload() }
        }
    }

    /// None of a shard's scopes has a child, or events for one that may still start.
    func areIdle(in shard: Int) -> Bool {
        sessions.values.allSatisfy { session in
            session.scope.shard != shard
                || !session.isAlive
                    && (session.queue.isEmpty || moves.isLeaving(session.scope) || context.leavesEvents)
        }
    }

    func revokedChildEnded(_ session: ChildSession) {
        moves.revoked.removeAll { $0 === session }
        childEnded()
        if context.shutdown != .none { checkFinished() }
    }
}
