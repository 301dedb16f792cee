import JSON

/// A product that the bot sells: the `Invoice` that users see, and what they don't see.
package struct Invoice {
    /// Telegram Stars.
    static let stars = "XTR"

    /// The `Invoice` of a message.
    let json: JSON
    let payload: String
    /// The highest tip; 0 if the invoice takes none.
    let maximumTip: Int64
    /// The seconds until a subscription is paid again; nil for a single payment.
    let subscriptionPeriod: Int64?
    /// The keys of the `OrderInfo` that the user must fill in.
    let needs: [String]
    /// Whether the bot tells the price of shipping once it knows the address.
    let isFlexible: Bool

    var amount: Int64 { json["total_amount"]?.integer ?? 0 }
    var currency: String { json["currency"]?.string ?? "" }
    var isInStars: Bool { currency == Self.stars }

    /// The keyboard of an invoice that has no other.
    var keyboard: JSON {
        ["inline_keyboard": [[["text": JSON("Pay \(Self.price(amount, in: currency))"), "pay": true]]]]
    }

    /// A price as users read it, such as `$1.45` or `⭐️25`.
    package static func price(_ amount: Int64, in currency: String) -> String {
        if currency == stars { return "⭐️\(amount)" }
        let digits = decimals[currency] ?? 2
        var text = String(amount)
        if digits > 0 {
            text = String(repeating: "0", count: max(digits + 1 - text.count, 0)) + text
            text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
        }
        return symbols[currency].map { $0 + text } ?? "\(text) \(currency)"
    }

    private static let symbols = ["USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"]

    /// The number of decimal digits of currencies that don't have two.
    ///
    /// - SeeAlso: https://core.telegram.org/bots/payments/currencies.json
    private static let decimals = [
        "BHD": 3, "CLP": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3,
        "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0,
    ]
}
