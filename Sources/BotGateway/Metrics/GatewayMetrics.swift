import BotAPI
import Reactor

/// What a gateway has counted and measured since its start.
package final class GatewayMetrics {
    private struct EventTotals {
        var given = 0
        var redelivered = 0
        var deadLettered = 0
    }

    private struct ChildTotals {
        var started = 0
        var exits = Tally()
    }

    private struct CallTotals {
        var done = Tally()
        var rejected = Tally()
        var unknown = Tally()
        var superseded = Tally()
    }

    private struct Latencies {
        var updateToEvent = Histogram()
        var eventToCall = Histogram()
        var callToResult = Histogram()
    }

    /// The most events whose arrival is kept: in a larger backlog, the latest aren't measured.
    private static let mostArrivals = 100_000

    private var updates = Tally()
    private var events = EventTotals()
    private var children = ChildTotals()
    private var calls = CallTotals()
    private var floodWaits = 0
    private var latencies = Latencies()
    /// When each event that no child was given yet arrived, by its key.
    private var arrivals: [Int64: Instant] = [:]

    package init() {}

    // MARK: counting

    func received(_ update: Update) { updates.add(update.kind) }

    func stored(_ event: IncomingEvent, at arrival: Instant) {
        if arrivals.count < Self.mostArrivals { arrivals[event.key] = arrival }
    }

    func gave(_ event: IncomingEvent, at now: Instant) {
        events.given += 1
        if event.isRedelivered { events.redelivered += 1 }
        guard let arrival = arrivals.removeValue(forKey: event.key) else { return }
        latencies.updateToEvent.observe(now - arrival)
    }

    /// No child will be given the event.
    func skipped(_ event: IncomingEvent) { arrivals[event.key] = nil }

    func deadLettered() { events.deadLettered += 1 }

    func childStarted() { children.started += 1 }

    /// - Parameter cause: why the gateway ended the child, or how the child ended by itself.
    func childExited(because cause: String) { children.exits.add(cause) }

    /// A child wrote its first call after an event.
    func called(after time: Duration) { latencies.eventToCall.observe(time) }

    func answered(_ call: Call, _ result: CallResult, after time: Duration) {
        latencies.callToResult.observe(time)
        switch result {
        case .success: calls.done.add(call.method)
        case .failure: calls.rejected.add(call.method)
        case .unknown: calls.unknown.add(call.method)
        case .superseded: calls.superseded.add(call.method)
        }
    }

    /// Telegram rate-limited a chat.
    package func floodWaited() { floodWaits += 1 }

    // MARK: writing

    package func write(to text: inout MetricsText) {
        text.counter("pipegram_updates", "Updates received, by kind.", by: "kind", updates)
        text.counter("pipegram_events", "Events given to children.", events.given)
        text.counter(
            "pipegram_events_redelivered", "Events given to children once more.", events.redelivered)
        text.counter(
            "pipegram_events_dead_lettered", "Events set aside after too many deaths.", events.deadLettered)
        text.counter(
            "pipegram_calls", "Calls with a result, by method and result.", by: ("method", "result"),
            [
                ("ok", calls.done), ("rejected", calls.rejected), ("unknown", calls.unknown),
                ("superseded", calls.superseded),
            ])
        text.counter("pipegram_flood_waits", "Calls that Telegram rate-limited.", floodWaits)
        text.counter("pipegram_child_starts", "Children started.", children.started)
        text.counter("pipegram_child_exits", "Children ended, by cause.", by: "cause", children.exits)
        text.histogram(
            "pipegram_update_to_event_seconds", "Time from an update's arrival until a child is given it.",
            latencies.updateToEvent)
        text.histogram(
            "pipegram_event_to_call_seconds", "Time from an event until its child's first call.",
            latencies.eventToCall)
        text.histogram(
            "pipegram_call_duration_seconds", "Time from a call until its result, including waits.",
            latencies.callToResult)
    }
}
