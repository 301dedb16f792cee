import JSON

/// A message for a program that speaks plain text: its text as one line, and the file that came with it.
package struct PlainTextMessage: Equatable {
    /// The text or caption without a newline; inner newlines have become spaces. Nil if the message has neither.
    let text: String?
    /// The `file_id` of a photo in its largest size, or of a document, a recording and so on.
    let fileID: String?

    /// Nil for events without a text form: those that aren't messages, messages without text or a file, and what the
    /// operator told that isn't a string.
    package init?(_ event: IncomingEvent) {
        guard let line = try? JSON(parsing: event.line), let type = line["type"]?.string else { return nil }
        self.init(kind: String(type.dropFirst("telegram.".count)), payload: line)
    }

    /// The same for an update.
    init?(kind: String, payload: JSON) {
        if kind == "told", let value = payload["value"]?.string {
            (text, fileID) = (Self.oneLine(value), nil)
            return
        }
        guard Self.kinds.contains(kind), !Self.isOwn(payload) else { return nil }
        text = (payload["text"] ?? payload["caption"])?.string.map(Self.oneLine)
        fileID = Self.file(in: payload)?["file_id"]?.string
        if text == nil, fileID == nil { return nil }
    }

    private static let kinds: Set = ["message", "channel_post", "business_message"]

    /// In a business chat, messages from the account's owner and from the bot itself also arrive as events. A program
    /// that answers every line would talk to itself forever.
    private static func isOwn(_ message: JSON) -> Bool {
        guard message["business_connection_id"] != nil else { return false }
        return message["sender_business_bot"] != nil || message["from"]?["id"] != message["chat"]?["id"]
    }

    private static let fileKeys = ["document", "video", "audio", "voice", "video_note", "animation"]

    private static func file(in message: JSON) -> JSON? {
        message["photo"]?.elements.last ?? fileKeys.lazy.compactMap { message[$0] }.first
    }

    /// Replaces every kind of line end: a program could take the text behind it for another message.
    private static func oneLine(_ text: String) -> String {
        String(
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// The lines that the program reads: the path of the file, if there is one, and the text.
    ///
    /// - Parameter path: the path of the file; nil if there is none or the download failed.
    package func lines(path: String?) -> [UInt8] {
        [path, text].compactMap(\.self).flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }
}
