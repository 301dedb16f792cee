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

    /// Whether a leaving shard has no child, call in flight, or event for a child that may still start. Ends the children
    /// that have finished their events, and whose calls have to wait.
    func hasLeft(_ shard: Int, isInFlight: (Scope) -> Bool) -> Bool {
        let sessions = sessions.values.filter { $0.scope.shard == shard }
        for session in sessions where session.isWaitingForResults && !isInFlight(session.scope) {
            session.hurryReload()
        }
        return sessions.allSatisfy { session in
            !session.isAlive && !isInFlight(session.scope)
                && (session.queue.isEmpty || moves.isLeaving(session.scope) || context.leavesEvents)
        }
    }

    func revokedChildEnded(_ session: ChildSession) {
        moves.revoked.removeAll { $0 === session }
        childEnded()
        if context.shutdown != .none { checkFinished() }
    }
}
