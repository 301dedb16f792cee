import JSON
import Reactor

/// What a client of the control socket asks for; see docs/control.md.
package enum ControlRequest {
    /// Puts an event into a scope.
    case tell(Told)
    /// Asks a question, and waits for the answer.
    case ask(Question)
    /// Makes a call, after the earlier ones to its chat.
    case send(Call)
    /// Asks how the gateway is doing.
    case status

    /// Why a line is no request, and the `id` to answer, if it could be read.
    package struct Rejection: Error {
        package let reason: String
        package let id: JSON?
    }

    /// Parses one line.
    static func read(_ line: LineSplitter.Line, limit: Int) throws(Rejection) -> (ControlRequest, id: JSON?) {
        guard case .whole(let text) = line else {
            throw Rejection(reason: "the line is longer than \(limit) bytes", id: nil)
        }
        guard let line = try? JSON(parsing: text), line.isObject else {
            throw Rejection(reason: "expected one JSON object per line", id: nil)
        }
        let id = line["id"]
        do throws(ControlRequestError) {
            return (try ControlRequest(line), id)
        } catch {
            throw Rejection(reason: error.description, id: id)
        }
    }

    private init(_ line: JSON) throws(ControlRequestError) {
        switch line["type"]?.string {
        case "tell": self = .tell(try Self.told(line))
        case "ask": self = .ask(try Self.question(line))
        case "send": self = .send(try Self.call(line))
        case "status": self = .status
        case let type: throw .unknownType(type ?? line["type"]?.description ?? "")
        }
    }

    private static func call(_ line: JSON) throws(ControlRequestError) -> Call {
        guard var object = line["call"], object.isObject else { throw .missing("call", type: "send") }
        // With an id, its result is read.
        object.set("id", 1)
        let bytes = object.bytes
        let event: OutgoingEvent?
        do throws(OutgoingEvent.Rejection) {
            event = try bytes.withUnsafeBytes { text in
                Result { () throws(OutgoingEvent.Rejection) in try OutgoingEvent(text, in: .bot) }
            }.get()
        } catch {
            if case .missingChat(let type, _) = error.error { throw .missing("chat_id", type: type) }
            throw .badCall("\(error.error)")
        }
        guard case .call(let call) = event, !call.isDownload else {
            throw .badCall("only calls to Telegram can be sent")
        }
        return call
    }

    private static func question(_ line: JSON) throws(ControlRequestError) -> Question {
        do throws(QuestionError) {
            return try Question(line)
        } catch {
            throw .badQuestion(error)
        }
    }

    private static func told(_ line: JSON) throws(ControlRequestError) -> Told {
        guard let name = line["scope"]?.string, let scope = Scope(name) else {
            throw .badScope(line["scope"]?.string ?? "")
        }
        guard scope.isPossible else { throw .impossibleScope(name) }
        guard let value = line["value"] else { throw .missing("value", type: "tell") }
        guard let told = Told(value, to: scope) else { throw .valueTooLong }
        return told
    }
}

/// Why a line is no request.
package enum ControlRequestError: Error, Equatable, CustomStringConvertible {
    case unknownType(String)
    case missing(String, type: String)
    case badScope(String)
    case impossibleScope(String)
    case valueTooLong
    case badQuestion(QuestionError)
    case badCall(String)

    package var description: String {
        switch self {
        case .unknownType(let type): "unknown type '\(type)'; docs/control.md lists them"
        case .missing(let key, let type): "\(type) needs '\(key)'"
        case .badScope(let scope):
            "Invalid scope '\(scope)': it must be chat:ID, chat:ID/topic:ID, chat:ID/direct:ID, user:ID, "
                + "business:CONNECTION/chat:ID or bot"
        case .impossibleScope(let scope):
            "Invalid scope '\(scope)': Telegram has no such id; those of users and topics are positive, those of "
                + "groups and channels negative"
        case .badQuestion(let error): error.description
        case .badCall(let reason): reason
        case .valueTooLong: "'value' has more than \(Told.limit) bytes"
        }
    }
}
