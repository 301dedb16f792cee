import BotAPI
import JSON
import Reactor

/// A line of `send`'s input: a call, or the reason why it isn't one.
struct CallLine {
    let number: Int
    /// Shows whether the input of an earlier run had the same line here.
    let hash: String
    let bytes: Int
    /// Repeated in the result; nil if the line has none.
    let id: JSON?
    let content: Content

    enum Content {
        case blank
        case call(Call)
        case refused(String, isJSON: Bool)
    }

    /// - Parameter limit: the longest line accepted, in bytes.
    init(_ line: LineSplitter.Line, number: Int, limit: Int) {
        self.number = number
        switch line {
        case .tooLong(let start):
            hash = Self.hash(start)
            bytes = start.count
            id = nil
            content = Self.refused(.tooLong(limit: limit))
        case .whole(let text):
            hash = Self.hash(text)
            bytes = text.count
            (content, id) = Self.read(text)
        }
    }

    private static func hash(_ bytes: some Collection<UInt8>) -> String {
        let digits = String(SipHash(key: (0, 0))(bytes), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func read(_ text: UnsafeRawBufferPointer) -> (Content, id: JSON?) {
        do throws(OutgoingEvent.Rejection) {
            switch try OutgoingEvent(text, in: .bot) {
            case nil: return (.blank, nil)
            case .call(let call) where call.isDownload && call.downloadPath == nil:
                // Without a path the file would be deleted when `send` ends.
                return (refused(.missing("path", type: call.type)), call.id)
            case .call(let call): return (.call(call), call.id)
            default:
                let id = (try? JSON(parsing: text)).flatMap(OutgoingEvent.id)
                return (.refused("only calls to Telegram can be sent", isJSON: true), id)
            }
        } catch {
            // The error names a scope, but `send` has none to default to.
            if case .missingChat(let type, _) = error.error {
                return (refused(.missing("chat_id", type: type)), error.id)
            }
            return (refused(error.error), error.id)
        }
    }

    private static func refused(_ error: OutgoingEventError) -> Content {
        if case .notJSON = error { return .refused(error.description, isJSON: false) }
        return .refused(error.description, isJSON: true)
    }
}

extension Call {
    /// The queue that keeps the call's order: its chat's, or `scope` for a call without a chat id.
    package func line(orElse scope: Scope) -> Scope {
        guard let chat = chatID else { return scope }
        guard let connection = parameters["business_connection_id"]?.string else { return .chat(chat) }
        return .business(connection: connection, chat: chat)
    }

    /// A copy of the call with an id, so that its result is parsed.
    func asked(as id: JSON) -> Call {
        (try? Call(type: type, parameters: parameters, id: id, in: nil)) ?? self
    }
}
