import JSON

/// The invite links of all chats, and the users who asked to join a chat.
struct InviteLinks {
    /// An invite link of a chat.
    struct Link {
        /// The `ChatInviteLink` as it is now.
        var json: JSON
        let chat: Int64
        /// The number of users who joined by the link.
        var uses: Int64 = 0

        var isRevoked: Bool { json["is_revoked"]?.bool == true }
        var asksForApproval: Bool { json["creates_join_request"]?.bool == true }

        /// Whether a user may still join by the link.
        func isOpen(at now: Int64) -> Bool {
            let ends = json["expire_date"]?.integer ?? .max
            let limit = json["member_limit"]?.integer ?? .max
            return !isRevoked && now < ends && uses < limit
        }
    }

    private var links: [String: Link] = [:]
    private var lastNumber: Int64 = 0
    /// The links by which users asked to join, by chat and user; null without a link.
    private var requests: [Int64: [Int64: JSON]] = [:]

    /// The number of links to remember; older links are unknown.
    private static let limit: Int64 = 10_000

    /// Adds a link to a chat.
    ///
    /// - Parameter properties: the `ChatInviteLink` without its `invite_link`.
    mutating func add(_ properties: JSON, to chat: Int64) -> JSON {
        lastNumber += 1
        links[Self.address(lastNumber - Self.limit)] = nil
        var json: JSON = ["invite_link": JSON(Self.address(lastNumber))]
        json.merge(properties)
        links[Self.address(lastNumber)] = Link(json: json, chat: chat)
        return json
    }

    /// As long as Telegram's.
    private static func address(_ number: Int64) -> String {
        let digits = String(number, radix: 36)
        return "https://t.me/+\(String(repeating: "A", count: max(0, 16 - digits.count)))\(digits)"
    }

    subscript(address: String) -> Link? {
        get { links[address] }
        set { links[address] = newValue }
    }

    /// The address of a chat's primary link; nil if there is none.
    func primary(of chat: Int64) -> String? {
        links.first { $0.value.chat == chat && $0.value.json["is_primary"] == true && !$0.value.isRevoked }?
            .key
    }

    // MARK: requests to join

    func hasRequest(of person: Int64, to chat: Int64) -> Bool { requests[chat]?[person] != nil }

    mutating func addRequest(of person: Int64, to chat: Int64, by link: JSON?) {
        requests[chat, default: [:]][person] = link ?? .null
    }

    /// Ends a request.
    ///
    /// - Returns: the `ChatInviteLink` of the request, null if it had none; nil if there is no request.
    mutating func takeRequest(of person: Int64, to chat: Int64) -> JSON? {
        requests[chat]?.removeValue(forKey: person)
    }
}
