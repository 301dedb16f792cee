import JSON

/// What a message is to a program that speaks plain text: its words as one line, and the file that came with it.
package struct PlainTextMessage: Equatable {
    /// Without a line's end; newlines inside have become spaces. Nil where there are no words.
    let text: String?
    /// The `file_id` of a photo in its largest size, of a document, a recording, …
    let fileID: String?

    /// Nil for what has no text form: other events than messages, and messages without words or a file.
    package init?(_ event: IncomingEvent) {
        guard let line = try? JSON(parsing: event.line), let type = line["type"]?.string else { return nil }
        self.init(kind: String(type.dropFirst("telegram.".count)), payload: line)
    }

    /// The same of an update.
    init?(kind: String, payload: JSON) {
        guard Self.kinds.contains(kind), !Self.isOwn(payload) else { return nil }
        text = (payload["text"] ?? payload["caption"])?.string.map(Self.oneLine)
        fileID = Self.file(in: payload)?["file_id"]?.string
        if text == nil, fileID == nil { return nil }
    }

    private static let kinds: Set = ["message", "channel_post", "business_message"]

    /// In a business chat also what the account's owner and the bot itself have said comes as a message: a program
    /// that answers every line would talk to itself for ever.
    private static func isOwn(_ message: JSON) -> Bool {
        guard message["business_connection_id"] != nil else { return false }
        return message["sender_business_bot"] != nil || message["from"]?["id"] != message["chat"]?["id"]
    }

    private static let fileKeys = ["document", "video", "audio", "voice", "video_note", "animation"]

    private static func file(in message: JSON) -> JSON? {
        message["photo"]?.elements.last ?? fileKeys.lazy.compactMap { message[$0] }.first
    }

    /// Whatever ends a line for some program: what comes behind it would be another message's.
    private static func oneLine(_ text: String) -> String {
        String(
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// What the program reads: the path of the file, if there is one, and the words, a line each.
    ///
    /// - Parameter path: where the file is; nil where it could not be had.
    package func lines(path: String?) -> [UInt8] {
        [path, text].compactMap(\.self).flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }
}
