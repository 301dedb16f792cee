import JSON

/// What the bot sells, the payments in progress, and those that are done.
struct SimulatedPayments {
    /// Where a user finds something to buy.
    enum Place: Hashable {
        case message(Int64, chat: Int64)
        case link(String)
    }

    /// Photos and videos that users see once they have paid for them.
    struct PaidMedia {
        let stars: Int64
        let payload: String
    }

    /// A query of Telegram's about a payment.
    enum Query: Hashable {
        case shipping(String)
        case checkout(String)
    }

    /// A payment that the bot hasn't confirmed yet.
    struct Checkout {
        let invoice: Invoice
        let place: Place
        /// The `User` who pays.
        let person: JSON
        let tip: Int64
        /// The `OrderInfo`, if the invoice asks for one.
        let order: JSON?
        /// The id of the shipping option that the user wants; empty for the first one.
        let wantedShipping: String
        /// The `ShippingOption` that the user chose.
        var shipping: JSON?
    }

    private struct Purchase: Hashable {
        let place: Place
        let person: Int64
    }

    var invoices = NewestEntries<Place, Invoice>()
    var media = NewestEntries<Place, PaidMedia>()
    /// Sent when the bot must tell the price of shipping.
    var shippingQueries: CallbackQueries
    /// Telegram accepts an answer for 10 s.
    var checkoutQueries: CallbackQueries
    var checkouts = NewestEntries<Query, Checkout>()
    var accounts: StarAccount
    private var purchases = NewestEntries<Purchase, Bool>()
    private var links: Int64

    /// - Parameter start: the number before the first query's, link's, and payment's.
    init(limit: Int, after start: Int64) {
        shippingQueries = CallbackQueries(limit: limit, after: start)
        checkoutQueries = CallbackQueries(limit: limit, lifetime: 10, after: start)
        accounts = StarAccount(after: start)
        links = start
    }

    /// - Returns: the link of a new invoice.
    mutating func addLink(to invoice: Invoice) -> String {
        links += 1
        let link = "https://t.me/$simulated\(links)"
        invoices[.link(link)] = invoice
        return link
    }

    /// Whether a user has paid for something. A link can be used again.
    func isPaid(_ place: Place, by person: Int64) -> Bool {
        purchases[Purchase(place: place, person: person)] != nil
    }

    mutating func markPaid(_ place: Place, by person: Int64) {
        guard case .message = place else { return }
        purchases[Purchase(place: place, person: person)] = true
    }

    /// Remembers the query of an update; ignores any other payload.
    mutating func learn(from payload: JSON, now: Int64) {
        guard payload["invoice_payload"] != nil else { return }
        if payload["total_amount"] != nil {
            checkoutQueries.learn(payload, now: now)
        } else if payload["shipping_address"] != nil {
            shippingQueries.learn(payload, now: now)
        }
    }
}
