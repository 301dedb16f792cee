import JSON

/// A range of a text with a format, as in a `MessageEntity`.
struct TextEntity: Equatable {
    enum Kind: String {
        case mention, hashtag, cashtag, url, email, bold, italic, underline, strikethrough, spoiler,
            blockquote, code
        case pre
        case botCommand = "bot_command"
        case phoneNumber = "phone_number"
        case expandableBlockquote = "expandable_blockquote"
        case textLink = "text_link"
        case textMention = "text_mention"
        case customEmoji = "custom_emoji"
        case dateTime = "date_time"
    }

    /// The further properties of an entity, depending on its kind.
    enum Detail: Equatable {
        case none
        case language(String)
        case url(String)
        case user(Int64)
        case emoji(String)
        /// Unix time in seconds. If the format is empty, the text is shown unchanged.
        case time(Int64, format: String)
    }

    var kind: Kind
    /// In UTF-16 code units, like `length`.
    var offset: Int
    var length: Int
    var detail = Detail.none

    init(_ kind: Kind, _ offset: Int, _ length: Int, _ detail: Detail = .none) {
        (self.kind, self.offset, self.length, self.detail) = (kind, offset, length, detail)
    }

    var end: Int { offset + length }

    var isStyle: Bool { styleIndex != nil }
    var isQuote: Bool { kind == .blockquote || kind == .expandableBlockquote }
    var isCode: Bool { kind == .code || kind == .pre }

    /// Whether to keep an entity that contains only white space.
    var hidesSomething: Bool { isCode || kind == .textLink || kind == .textMention }

    /// Whether Telegram finds entities of this kind itself, and ignores those in a call.
    var isFound: Bool {
        switch kind {
        case .mention, .hashtag, .cashtag, .botCommand, .url, .email, .phoneNumber: true
        default: false
        }
    }

    static let styles: [Kind] = [.bold, .italic, .underline, .strikethrough, .spoiler]

    /// The index in `styles`; nil if the kind isn't a style. Styles may be split, and adjacent pieces are merged.
    var styleIndex: Int? { Self.styles.firstIndex(of: kind) }

    /// Orders entities with the same range; the lowest rank is outermost.
    private var rank: Int {
        switch kind {
        case .blockquote, .expandableBlockquote: 0
        case .pre: detail == .none ? 11 : 10
        case .code: 20
        case .textLink, .textMention: 49
        case .mention, .hashtag, .cashtag, .botCommand, .url, .email, .phoneNumber: 50
        case .bold: 90
        case .italic: 91
        case .underline: 92
        case .strikethrough: 93
        case .spoiler: 94
        case .dateTime: 98
        case .customEmoji: 99
        }
    }

    /// Orders outer entities before inner ones.
    static func < (left: TextEntity, right: TextEntity) -> Bool {
        (left.offset, -left.length, left.rank) < (right.offset, -right.length, right.rank)
    }
}

extension [TextEntity] {
    func inOrder() -> [TextEntity] { sorted(by: <) }
}

extension JSON {
    /// A `MessageEntity`.
    ///
    /// - Parameter user: the mentioned `User`.
    init(_ entity: TextEntity, user: JSON? = nil) {
        self = [
            "offset": JSON(Int64(entity.offset)), "length": JSON(Int64(entity.length)),
            "type": JSON(entity.kind.rawValue),
        ]
        switch entity.detail {
        case .none: break
        case .language(let language): set("language", JSON(language))
        case .url(let url): set("url", JSON(url))
        case .user(let id): set("user", user ?? ["id": JSON(id)])
        case .emoji(let id): set("custom_emoji_id", JSON(id))
        case .time(let time, let format):
            set("unix_time", JSON(time))
            set("date_time_format", JSON(format))
        }
    }
}
