import BotAPI
import BotGateway
import JSON
import Reactor

/// Records the calls for another sink, and the scheduled events.
package final class RecordingCalls: CallSink, CallObserver {
    /// Called with each scheduled event that a child is given, as an update for a log.
    package var onWake: (Update) -> Void = { _ in }

    private let sink: any CallSink & CallObserver
    private let record: CallRecord

    package init(_ sink: any CallSink & CallObserver, in record: CallRecord) {
        (self.sink, self.record) = (sink, record)
    }

    package func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        record.add(call, for: scope)
        sink.perform(call, for: scope, then: done)
    }

    package func eventGiven(_ line: [UInt8], to scope: Scope) {
        record.add(scope)
        sink.eventGiven(line, to: scope)
        guard Wake.isEvent(line), let text = IncomingEvent.update(from: line),
            let json = try? JSON(parsing: text), let update = try? Update(json)
        else { return }
        onWake(update)
    }

    package func childEnded(_ scope: Scope) { sink.childEnded(scope) }
    package func childIsWorking(in scope: Scope) { sink.childIsWorking(in: scope) }
    package func recoveredCallsEnded() { sink.recoveredCallsEnded() }
    package func onDelay(_ action: @escaping (Scope) -> Void) { sink.onDelay(action) }
    package func mayAnswer(_ scope: Scope?, by deadline: Instant) -> Bool {
        sink.mayAnswer(scope, by: deadline)
    }
}
