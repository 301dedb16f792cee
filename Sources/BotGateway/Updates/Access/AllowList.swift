/// The allowed chats and users; all others are rejected.
package struct AllowList: Equatable {
    /// An entry: one `--allow-chat`, one `--allow-user` or one line of a file.
    package enum Entry: Equatable {
        case chat(Int64)
        case user(Int64)
        /// A username without its `@`, in lower case.
        case name(String)
    }

    package private(set) var chats: Set<Int64> = []
    private(set) var users: Set<Int64> = []
    private(set) var names: Set<String> = []

    package init() {}

    /// A user listed by id and by name counts twice.
    package var userCount: Int { users.count + names.count }
    package var isEmpty: Bool { chats.isEmpty && userCount == 0 }

    package mutating func add(_ entry: Entry) {
        switch entry {
        case .chat(let id): chats.insert(id)
        case .user(let id): users.insert(id)
        case .name(let name): names.insert(name)
        }
    }

    package mutating func add(_ other: AllowList) {
        chats.formUnion(other.chats)
        users.formUnion(other.users)
        names.formUnion(other.names)
    }

    /// Whether a user with this id, and any name, may be admitted.
    package func mayAdmit(user id: Int64) -> Bool { !names.isEmpty || users.contains(id) }

    func admits(user id: Int64?, name: String?) -> Bool {
        if let id, users.contains(id) { return true }
        guard let name else { return false }
        return names.contains(Entry.folded(name.utf8))
    }
}

extension AllowList.Entry {
    /// Describes what an entry must look like.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String

        static let chat = Malformed(description: "a chat's id, such as -1001234567890")
        static let user = Malformed(description: "a user's id, such as 42, or a name, such as @ada")
        static let line = Malformed(description: "'chat ID', 'user ID' or 'user @name'")
    }

    /// More than Telegram's longest username.
    private static let nameLimit = 64

    /// Parses a chat's id.
    package init(chat text: some StringProtocol) throws(Malformed) {
        guard let id = Self.id(text), id != 0 else { throw .chat }
        self = .chat(id)
    }

    /// Parses a user's id, or a username with or without `@`.
    package init(user text: some StringProtocol) throws(Malformed) {
        if let id = Self.id(text) {
            guard id > 0 else { throw .user }
            self = .user(id)
            return
        }
        let name = text.hasPrefix("@") ? text.utf8.dropFirst() : text.utf8[...]
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = name.first, isLetter(first), name.count <= Self.nameLimit,
            name.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") })
        else { throw .user }
        self = .name(Self.folded(name))
    }

    /// Usernames are ASCII. Full Unicode case folding would also match names with similar letters, which belong to
    /// others.
    static func folded(_ name: some Sequence<UInt8>) -> String {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        return String(decoding: name.map { capitals.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func id(_ text: some StringProtocol) -> Int64? {
        text.hasPrefix("+") ? nil : Int64(text)
    }
}
