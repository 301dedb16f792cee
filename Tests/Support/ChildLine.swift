import BotGateway
import JSON

/// What the gateway makes of a line that a child wrote.
package struct ChildLine {
    package private(set) var event: OutgoingEvent?
    package private(set) var rejection: OutgoingEvent.Rejection?

    package init(_ bytes: [UInt8], in scope: Scope? = .chat(42)) {
        do throws(OutgoingEvent.Rejection) {
            // A line may lie anywhere in memory: what stands after it must not be read.
            event = try bytes.withUnsafeBytes { bytes in
                Result { () throws(OutgoingEvent.Rejection) in try OutgoingEvent(bytes, in: scope) }
            }.get()
        } catch {
            rejection = error
        }
    }

    package init(_ text: String, in scope: Scope? = .chat(42)) {
        self.init(Array(text.utf8), in: scope)
    }

    package var call: Call? {
        guard case .call(let call) = event else { return nil }
        return call
    }

    package var state: JSON? {
        guard case .state(let value) = event else { return nil }
        return value
    }

    package var acknowledged: Int64? {
        guard case .acknowledge(let updateID, _) = event else { return nil }
        return updateID
    }

    package var keptAlive: Duration? {
        guard case .keepAlive(let duration) = event else { return nil }
        return duration
    }

    package var wake: (at: Int64, value: JSON?)? {
        guard case .wake(let at, let value) = event else { return nil }
        return (at, value)
    }

    package var forgetsWakes: Bool {
        guard case .forgetWakes = event else { return false }
        return true
    }

    package var error: OutgoingEventError? { rejection?.error }
    package var isBlank: Bool { event == nil && rejection == nil }
}
