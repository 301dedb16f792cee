import JSON
import Reactor
import TestSupport

@testable import BotGateway

extension Reader {
    /// A child's lines are the same however they come; what passes can be said again, and what is refused is
    /// explained to whoever waits.
    nonisolated static let childLines = Reader(
        "child-lines",
        samples: [
            #"{"type":"telegram.send_message","text":"hi \u043f\ud83d\ude00","id":"a1"}"#,
            #"{"type":"telegram.send_poll","params":{"question":"?","options":[{"text":"a"}],"type":"quiz"},"id":1}"#,
            #"{"type":"telegram.state","value":{"step":[1,2.5,null,true]}}"#,
            #"{"type":"telegram.keep_alive","seconds":30}"# + "\n"
                + #"{"type":"telegram.wake","at":1700000000,"value":null}"# + "\n"
                + #"{"type":"telegram.ack","update_id":9001}"# + "\n",
            #"{"type":"telegram.set_my_commands","commands":[],"scope":{"type":"chat","chat_id":1},"x":null}"#
                + "\r\n\n" + #"{"type":"telegram.edit_message_text","inline_message_id":"i","id":1.1}"#
                + "\n",
        ]
    ) { bytes in
        var chance = SeededRandom(of: bytes)
        let limit = chance.below(200)
        let lines = split([bytes[...]], limit: limit)
        guard split(bytes.cut(by: &chance), limit: limit) == lines else {
            return .fault("cut into pieces it gives other lines")
        }
        let scopes: [Scope] = [
            .chat(42), .user(7), .topic(chat: -100, thread: 3), .business(connection: "b1", chat: 42), .bot,
            .direct(chat: -100, topic: 4201),
        ]
        var hasRead = false
        for line in split([bytes[...]], limit: .max) {
            for scope in scopes {
                let line = ChildLine(line, in: scope)
                if let fault = fault(of: line) { return .fault("\(scope): \(fault)") }
                hasRead = hasRead || line.event != nil
            }
        }
        return hasRead ? .read : .refused
    }

    /// Lines, and of those that are too long the beginning.
    private static func split(_ pieces: [ArraySlice<UInt8>], limit: Int) -> [[UInt8]] {
        var splitter = LineSplitter()
        var lines: [[UInt8]] = []
        let take = { (line: LineSplitter.Line) in
            switch line {
            case .whole(let bytes): lines.append(Array(bytes))
            case .tooLong(let start): lines.append(start)
            }
        }
        for piece in pieces { piece.withUnsafeBytes { splitter.split($0, limit: limit, take) } }
        splitter.finish(take)
        return lines
    }

    private static func fault(of line: ChildLine) -> String? {
        if let call = line.call {
            let again = ChildLine(call.line.bytes, in: nil)
            guard !call.line.bytes.contains(0x0A), let repeated = again.call, repeated.method == call.method,
                repeated.parameters == call.parameters, repeated.id == call.id
            else { return "the call \(call.line) is another one when it is said again" }
        }
        if let value = line.state {
            guard value.bytes.count <= OutgoingEvent.stateLimit, (try? JSON(parsing: value.bytes)) == value
            else { return "the state \(value) can't be read again" }
        }
        guard let rejection = line.rejection else { return nil }
        let words = rejection.error.description
        guard !words.isEmpty else { return "there is no word why" }
        guard let id = rejection.id else { return nil }
        let result = GatewayLines.result(.failure(.badRequest(words)), id: id)
        guard result.last == 0x0A, result.count(where: { $0 == 0x0A }) == 1,
            (try? JSON(parsing: result))?["id"] == id
        else { return "the result \(String(decoding: result, as: UTF8.self)) can't be read" }
        return nil
    }
}
