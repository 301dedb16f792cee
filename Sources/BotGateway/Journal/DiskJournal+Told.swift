/// Keeps what the operator tells a scope.
extension DiskJournal {
    /// - Parameter stored: called after the commit, with the event. While the disk is full it isn't called.
    package func append(_ told: Told, then stored: @escaping (IncomingEvent) -> Void) {
        let event = told.event(key: makeKey())
        commit.add {
            $0.events.appended.append(event)
        } then: {
            stored(event)
        }
    }
}
