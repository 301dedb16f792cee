import BotAPI
import JSON

extension Invoice {
    /// The highest amount of any currency, in its smallest units.
    private static let highestAmount: Int64 = 9_999_9999_9999
    /// Telegram accepts $1 to $10,000. Its limits of other currencies follow the exchange rates of the day.
    private static let dollarTotals: ClosedRange<Int64> = 1_00...10_000_00
    /// A subscription is paid each 30 days.
    private static let month: Int64 = 2_592_000
    private static let highestSubscription: Int64 = 10_000

    /// Parses the parameters of sendInvoice, or an `InputInvoiceMessageContent`.
    ///
    /// Fails with Telegram's errors where these are known.
    init(_ arguments: Arguments) throws(BotAPIError) {
        for (name, limit) in [("title", 32), ("description", 255)] {
            let text = try arguments.required(name)
            guard text.unicodeScalars.count <= limit else {
                throw .badRequest("\(name) is too long: it must have 1 to \(limit) characters")
            }
        }
        payload = try arguments.required("payload")
        guard payload.utf8.count <= 128 else { throw .badRequest("INVOICE_PAYLOAD_INVALID") }
        let currency = try arguments.required("currency")
        let prices = try Self.prices(arguments)
        let isInStars = currency == Self.stars
        if isInStars {
            let isPlain = arguments.text("provider_token").isEmpty && arguments.text("max_tip_amount").isZero
            guard isPlain, prices.count == 1 else { throw .badRequest("STARS_INVOICE_INVALID") }
        } else {
            try Self.check(currency, provider: arguments.text("provider_token"))
        }
        maximumTip = try Self.maximumTip(arguments)
        subscriptionPeriod = try Self.period(arguments, isInStars: isInStars, amount: prices[0])
        isFlexible = !isInStars && arguments.flag("is_flexible")
        // Telegram ignores these flags for Stars.
        needs = isInStars ? [] : Self.needs(arguments, isFlexible: isFlexible)
        let total = try Self.total(prices)
        guard currency != "USD" || Self.dollarTotals ~= total else {
            throw .badRequest("CURRENCY_TOTAL_AMOUNT_INVALID")
        }
        json = [
            "title": JSON(arguments.text("title")), "description": JSON(arguments.text("description")),
            "start_parameter": JSON(arguments.text("start_parameter")), "currency": JSON(currency),
            "total_amount": JSON(total),
        ]
    }

    private static func check(_ currency: String, provider: String) throws(BotAPIError) {
        guard !provider.isEmpty else { throw .badRequest("PAYMENT_PROVIDER_INVALID") }
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw .badRequest("currency '\(currency)' is invalid: it must be three letters such as EUR")
        }
    }

    /// The amounts of the `LabeledPrice` objects; at least one.
    static func prices(_ arguments: Arguments) throws(BotAPIError) -> [Int64] {
        _ = try arguments.required("prices")
        guard let prices = arguments.structure("prices") else {
            throw .badRequest("can't parse prices JSON object")
        }
        guard prices.isArray else { throw .badRequest("expected an Array of labeled prices") }
        guard prices.count > 0 else { throw .badRequest("there must be at least one price") }
        var amounts: [Int64] = []
        for price in prices.elements { amounts.append(try amount(of: price)) }
        return amounts
    }

    private static func amount(of price: JSON) throws(BotAPIError) -> Int64 {
        let reason = "can't parse labeled price: "
        guard price.isObject else { throw .badRequest("\(reason)LabeledPrice must be an Object") }
        for key in ["label", "amount"] where price[key] == nil {
            throw .badRequest("\(reason)Can't find field \"\(key)\"")
        }
        guard price["label"]?.string?.isEmpty == false else {
            throw .badRequest("\(reason)LabeledPrice label must be non-empty")
        }
        guard let amount = Int64(Arguments(price).text("amount")) else {
            throw .badRequest("\(reason)Can't parse \"amount\" as Number")
        }
        guard abs(clamping: amount) <= highestAmount else {
            throw .badRequest("too big amount of the currency specified")
        }
        return amount
    }

    private static func total(_ prices: [Int64]) throws(BotAPIError) -> Int64 {
        let total = prices.reduce(0, &+)
        try checkTotal(total)
        return total
    }

    /// Fails if a total, perhaps with a tip and shipping, is out of range.
    static func checkTotal(_ total: Int64) throws(BotAPIError) {
        guard total > 0 else { throw .badRequest("total price must be positive") }
        guard total <= highestAmount else { throw .badRequest("total price is too big") }
    }

    private static func maximumTip(_ arguments: Arguments) throws(BotAPIError) -> Int64 {
        let highest = arguments.has("max_tip_amount") ? Int64(arguments.text("max_tip_amount")) : 0
        guard let highest, 0...highestAmount ~= highest else {
            throw .badRequest("invalid max_tip_amount of the currency specified")
        }
        guard arguments.has("suggested_tip_amounts") else { return highest }
        guard let suggested = arguments.structure("suggested_tip_amounts"), suggested.isArray else {
            throw .badRequest("expected an Array of suggested tip amounts")
        }
        var last: Int64 = 0
        for value in suggested.elements {
            guard let tip = value.integer ?? value.string.flatMap({ Int64($0) }) else {
                throw .badRequest("suggested tip amount must be of type Number or String")
            }
            guard tip > 0 else { throw .badRequest("suggested tip amount must be positive") }
            guard tip <= highest else {
                throw .badRequest("suggested tip amount can't be bigger than max_tip_amount")
            }
            guard tip > last else { throw .badRequest("suggested tip amounts must be in increasing order") }
            last = tip
        }
        guard suggested.count <= 4 else {
            throw .badRequest("there can be at most 4 suggested tip amounts")
        }
        return highest
    }

    private static func period(
        _ arguments: Arguments, isInStars: Bool, amount: Int64
    ) throws(BotAPIError) -> Int64? {
        guard let period = arguments.integer("subscription_period"), period != 0 else { return nil }
        guard isInStars, period == month else { throw .badRequest("SUBSCRIPTION_PERIOD_INVALID") }
        guard amount <= highestSubscription else { throw .badRequest("STARS_INVOICE_INVALID") }
        return period
    }

    private static func needs(_ arguments: Arguments, isFlexible: Bool) -> [String] {
        let flags = [
            "name": ["need_name"], "phone_number": ["need_phone_number", "send_phone_number_to_provider"],
            "email": ["need_email", "send_email_to_provider"], "shipping_address": ["need_shipping_address"],
        ]
        return ["name", "phone_number", "email", "shipping_address"].filter { key in
            (flags[key] ?? []).contains(where: arguments.flag) || isFlexible && key == "shipping_address"
        }
    }
}

extension Arguments {
    /// A parameter's text; fails like Telegram if it is missing or empty.
    func required(_ name: String) throws(BotAPIError) -> String {
        let text = text(name)
        guard !text.isEmpty else { throw .badRequest("parameter \"\(name)\" is required") }
        return text
    }
}

extension String {
    /// Whether it is empty or the number 0.
    fileprivate var isZero: Bool { isEmpty || self == "0" }
}

private func abs(clamping amount: Int64) -> Int64 { amount == .min ? .max : Swift.abs(amount) }
