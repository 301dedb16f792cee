import JSON

/// A line that a child wrote: a call to Telegram, or a request to the gateway.
package enum OutgoingEvent {
    case call(Call)
    /// Acknowledges this event and all earlier ones of its scope.
    /// - Parameter isAlone: whether the events before it stay in flight.
    case acknowledge(updateID: Int64, isAlone: Bool)
    /// Stores a value for the scope; `null` deletes it.
    case state(JSON)
    /// The child isn't idle before this time has passed.
    case keepAlive(Duration)
    /// Asks for an event at this time, in seconds since 1970.
    case wake(at: Int64, value: JSON?)
    /// Cancels the events that the scope's children have asked for.
    case forgetWakes

    /// The largest state of a scope and value of a wake, in bytes.
    nonisolated static let stateLimit = 64 << 10
    /// The latest time of a wake. A later one is most likely in milliseconds.
    private static let latestWake = 100_000_000_000.0

    /// Why a line was dropped, and the `id` to answer, if it could be read.
    package struct Rejection: Error {
        package let error: OutgoingEventError
        package let id: JSON?
    }

    /// Parses one line; nil for a blank one.
    ///
    /// - Parameter scope: fills in the defaults of calls; nil leaves the calls as they are.
    package init?(_ line: UnsafeRawBufferPointer, in scope: Scope?) throws(Rejection) {
        if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        var event: JSON
        do {
            event = try JSON(parsing: line)
        } catch {
            // Invalid text in one string leaves the rest readable, so a call's id may still be found and answered.
            let salvaged = try? JSON(salvaging: line)
            throw Rejection(error: .notJSON(error), id: salvaged.flatMap(Self.id))
        }
        guard event.isObject else { throw Rejection(error: .notAnObject, id: nil) }
        let id = Self.id(of: event)
        do throws(OutgoingEventError) {
            self = try Self.read(&event, in: scope)
        } catch {
            // A result that the child echoes isn't a call and gets no answer: a program that repeats its input would
            // loop forever.
            let isResult = event["type"]?.string == "telegram.result"
            throw Rejection(error: error, id: isResult ? nil : id)
        }
    }

    /// - Parameter event: is changed into a call's parameters in place, to avoid a copy.
    private static func read(_ event: inout JSON, in scope: Scope?) throws(OutgoingEventError)
        -> OutgoingEvent
    {
        guard let type = event["type"] else { throw .missingType }
        guard let type = type.string else { throw .unknownType(type.description) }
        switch type {
        case "telegram.ack":
            guard let updateID = event["update_id"]?.integer else { throw .missing("update_id", type: type) }
            let only = event["only"]
            guard only?.isNull != false || only?.bool != nil else { throw .notABool("only", type: type) }
            return .acknowledge(updateID: updateID, isAlone: only?.bool == true)
        case "telegram.state":
            guard let value = event["value"] else { throw .missing("value", type: type) }
            let size = value.bytes.count
            guard size <= stateLimit else { throw .stateTooLong(bytes: size) }
            return .state(value)
        case "telegram.keep_alive":
            guard let seconds = event["seconds"]?.number, seconds >= 0 else {
                throw .missing("seconds", type: type)
            }
            return .keepAlive(.seconds(min(seconds, 1e9)))
        case "telegram.wake": return try wake(event, type: type)
        case Call.downloadType:
            let call = try call(type, &event, in: scope)
            guard call.fileID != nil else { throw .missing("file_id", type: type) }
            guard call.parameters["path"] == nil || call.downloadPath != nil else {
                throw .notAString("path", type: type)
            }
            return .call(call)
        case "telegram", "telegram.result", "telegram.disconnect":
            throw .unknownType(type)
        default:
            return .call(try call(type, &event, in: scope))
        }
    }

    private static func wake(_ event: JSON, type: String) throws(OutgoingEventError) -> OutgoingEvent {
        guard let at = event["at"] else { throw .missing("at", type: type) }
        if at.isNull { return .forgetWakes }
        guard let seconds = at.number else { throw .missing("at", type: type) }
        guard seconds <= latestWake else { throw .wakeTooLate }
        let value = event["value"]
        if let size = value?.bytes.count, size > stateLimit { throw .valueTooLong(bytes: size) }
        return .wake(at: Int64(max(seconds, 0).rounded(.up)), value: value)
    }

    private static func call(
        _ type: String, _ event: inout JSON, in scope: Scope?
    ) throws(OutgoingEventError) -> Call {
        if let id = event["id"], !id.isNull, Self.id(of: event) == nil { throw .badID }
        let id = id(of: event)
        guard let parameters = event["params"], !parameters.isNull else {
            event.remove("type")
            event.remove("id")
            return try Call(type: type, parameters: event, id: id, in: scope)
        }
        guard parameters.isObject else { throw .badParams }
        if let other = event.keys.first(where: { !["type", "id", "params"].contains($0) }) {
            throw .besideParams(other)
        }
        return try Call(type: type, parameters: parameters, id: id, in: scope)
    }

    /// The `id` of a line; nil if it has none or one that isn't a string or a number.
    static func id(of event: JSON) -> JSON? {
        guard let id = event["id"], id.string != nil || id.number != nil else { return nil }
        return id
    }
}
