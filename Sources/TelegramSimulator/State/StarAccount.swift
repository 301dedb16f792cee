import JSON

/// The payments that the bot received, and its balance of Telegram Stars.
struct StarAccount {
    /// A payment of a user.
    struct Charge {
        let person: Int64
        /// The `SuccessfulPayment`; for paid media only the parts that it has in common.
        let payment: JSON
        /// The user's `TransactionPartnerUser`.
        let partner: JSON
        /// The id of the subscription's first charge; nil for a single payment.
        let subscription: String?
        fileprivate(set) var isRefunded = false

        var stars: Int64 {
            payment["currency"]?.string == Invoice.stars ? payment["total_amount"]?.integer ?? 0 : 0
        }
    }

    /// A subscription that a user pays for each period.
    struct Subscription {
        let invoice: Invoice
        /// The `User`.
        let person: JSON
        let chat: Int64
        /// Unix time.
        var expires: Int64
        var isCanceledByUser = false
        var isCanceledByBot = false
    }

    private(set) var balance: Int64 = 0
    /// `StarTransaction` objects, the oldest first.
    private(set) var transactions: [JSON] = []
    private var charges = NewestEntries<String, Charge>()
    /// By the id of the first charge.
    var subscriptions = NewestEntries<String, Subscription>()
    /// The times at which subscriptions are paid again.
    var renewals = Deadlines<String>()
    private var count: Int64

    /// - Parameter start: the number before the first payment's.
    init(after start: Int64) { count = start }

    /// - Returns: the `telegram_payment_charge_id` for a new payment.
    mutating func nextID() -> String {
        count += 1
        return "stx\(String(1_000_000_000 + count))"
    }

    subscript(id: String) -> Charge? { charges[id] }

    /// - Parameter date: Unix time.
    mutating func add(_ charge: Charge, id: String, at date: Int64) {
        charges[id] = charge
        if charge.stars > 0 { record(charge.stars, of: charge, id: id, as: "source", at: date) }
    }

    mutating func refund(_ id: String, at date: Int64) {
        guard let charge = charges[id] else { return }
        charges[id]?.isRefunded = true
        record(-charge.stars, of: charge, id: id, as: "receiver", at: date)
    }

    private mutating func record(
        _ amount: Int64, of charge: Charge, id: String, as side: String, at date: Int64
    ) {
        balance += amount
        transactions.append([
            "id": JSON(id), "amount": JSON(abs(amount)), "date": JSON(date), side: charge.partner,
        ])
        if transactions.count > Self.limit { transactions.removeFirst() }
    }

    /// The number of transactions to remember.
    private static let limit = 10_000
}
