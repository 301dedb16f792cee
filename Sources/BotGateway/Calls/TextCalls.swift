import JSON
import Reactor

/// Turns text into the lines of calls, for `send --chat`: a message for each 4,096 characters, cut at a line's end.
package struct TextCalls {
    private let chat: JSON
    private var splitter = LineSplitter()
    private var output = PlainTextOutput(sendsFiles: false)

    /// - Parameter chat: a chat's id, or the `@name` of a channel or group. Nil if it is neither.
    package init?(chat: String) {
        if let id = Int64(chat) {
            self.chat = JSON(id)
        } else if chat.hasPrefix("@"), chat.count > 1 {
            self.chat = JSON(chat)
        } else {
            return nil
        }
    }

    /// Reads the next piece of the text; an empty piece is its end.
    ///
    /// - Returns: the lines of the messages that this completes.
    package mutating func read(_ piece: UnsafeRawBufferPointer) -> [UInt8] {
        var messages: [PlainTextOutput.Message] = []
        var output = self.output
        func append(_ line: LineSplitter.Line) {
            guard case .whole(let bytes) = line else { return }
            messages += output.append(String(decoding: bytes, as: UTF8.self))
        }
        if piece.isEmpty {
            splitter.finish(append)
            messages += output.flush()
        } else {
            splitter.split(piece, limit: .max, append)
        }
        self.output = output
        return messages.flatMap(line)
    }

    private func line(_ message: PlainTextOutput.Message) -> [UInt8] {
        guard case .text(let text) = message else { return [] }
        let call: JSON = ["type": "telegram.send_message", "chat_id": chat, "text": JSON(text)]
        return call.bytes + [UInt8(ascii: "\n")]
    }
}
