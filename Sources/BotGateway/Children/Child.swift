import Reactor

/// The process that serves a scope, and the facts that log lines about it need. They outlive the process.
struct Child {
    /// Nil if none is running.
    private(set) var process: (any ChildHandle)?
    /// The number of this child within its scope: a result is given only to the child that made the call.
    private(set) var generation = 0
    private(set) var startedAt = Instant.current
    /// The event that log lines name: the last one that it read or died on, or its first one until then.
    private(set) var lastEvent: (updateID: Int64, logLine: Int)?
    private var hasReadEvent = false
    /// Whether Telegram can show its chat the typing action.
    private(set) var showsTyping = false
    private(set) var buffering = StdoutBufferingDetector()
    /// The last lines that it wrote to stderr.
    private(set) var lastWords: [String] = []
    /// The key of the event whose ack timeout is running; 0 for none.
    private var watchedKey: Int64 = 0
    /// The key of the newest event that it had when it was sent SIGINT, 0 for none: how it ends before it reads a later
    /// one is what the user asked for. Nil if it wasn't.
    private(set) var interruptedAt: Int64?
    /// Counts the warnings about its output; nil before the first one.
    private var warnings: WarningLimit?

    mutating func started(_ process: any ChildHandle, showsTyping: Bool) {
        (self.process, self.showsTyping) = (process, showsTyping)
        generation += 1
        startedAt = .current
        lastWords = []
        buffering = StdoutBufferingDetector()
        watchedKey = 0
        hasReadEvent = false
        interruptedAt = nil
        warnings = nil
    }

    /// Whether to log a warning about its output.
    mutating func nextWarning(at now: Instant) -> WarningLimit.Step {
        let limit = warnings ?? WarningLimit()
        warnings = limit
        return limit.next(at: now)
    }

    /// Starts counting anew. Returns the number of warnings that weren't logged.
    mutating func takeSuppressedWarnings() -> Int {
        defer { warnings = nil }
        return warnings?.suppressed ?? 0
    }

    mutating func ended() { process = nil }

    mutating func gave(_ events: [IncomingEvent]) {
        guard let last = events.last else { return }
        if !hasReadEvent { lastEvent = (last.updateID, last.logLine) }
        buffering.gave(events.count)
    }

    /// It has read this event, or died on it; nil if it has read no further one.
    mutating func read(_ event: IncomingEvent?) {
        guard let event else { return }
        if lastEvent?.updateID != event.updateID { interruptedAt = nil }
        lastEvent = (event.updateID, event.logLine)
        hasReadEvent = true
    }

    mutating func interrupted(at newest: IncomingEvent?) { interruptedAt = newest?.key ?? 0 }

    mutating func wrote() { buffering.wasBroken() }

    mutating func wroteStderr(_ line: String) { lastWords = lastWords.suffix(4) + [String(line.prefix(200))] }

    /// - Returns: true the first time for each event.
    mutating func watches(_ event: IncomingEvent) -> Bool {
        guard event.key != watchedKey else { return false }
        watchedKey = event.key
        return true
    }
}
