import JSON
import Reactor

/// A simulated failure between Telegram and its client.
package enum Fault {
    /// Telegram refuses the call. `retry_after` in the parameters is also sent as the header Retry-After.
    case error(_ code: Int, _ description: String, parameters: JSON? = nil)
    /// The call isn't carried out. A server in front of Telegram answers with its own page, like nginx with status 502.
    case html(_ status: Int)
    /// Telegram's rate limit, until a number of seconds have passed on the simulator's clock since the first refused call.
    /// Each call until then gets error 429 with the seconds that are left.
    case floodWait(_ seconds: Int)
    /// The connection is closed, and the call isn't carried out.
    case closeBefore
    /// The call is neither answered nor carried out.
    case hang
    /// The connection is closed after a number of bytes of a downloaded file or of a call's body. The call then isn't
    /// carried out. An order for calls must name the method, and has no effect on a shorter body.
    case closeAfterBytes(Int)
    /// The call is carried out. The response has status 200 and only the first half of the JSON.
    case brokenBody
    /// The call is carried out, and the connection is closed without a response.
    case closeAfter
    /// The call is carried out, but never answered.
    case hangAfter
    /// The call is carried out, but a server in front of Telegram answers with its own page, like nginx with status 504
    /// after a timeout.
    case htmlAfter(_ status: Int)
    /// The call is carried out immediately, and answered after the delay.
    case delay(Duration)

    /// Telegram's rate limit: error 429 with `retry_after`.
    package static func tooManyRequests(retryAfter seconds: Int) -> Fault {
        .error(
            429, "Too Many Requests: retry after \(seconds)",
            parameters: ["retry_after": JSON(seconds)])
    }

    /// The group was upgraded to a supergroup, which has another id.
    package static func migrated(to chat: Int64) -> Fault {
        .error(
            400, "Bad Request: group chat was upgraded to a supergroup chat",
            parameters: ["migrate_to_chat_id": JSON(chat)])
    }

    /// Whether Telegram carries out the call despite the fault.
    package var callIsCarriedOut: Bool {
        switch self {
        case .error, .html, .floodWait, .closeBefore, .hang, .closeAfterBytes: false
        case .brokenBody, .closeAfter, .hangAfter, .htmlAfter, .delay: true
        }
    }
}

extension Fault {
    /// Whether each call uses up one repetition. A flood wait ends with time.
    var isCounted: Bool {
        if case .floodWait = self { return false }
        return true
    }
}

/// The pending fault orders, oldest first.
struct FaultOrders {
    private struct Order {
        let method: String?
        let chat: Int64?
        /// The bot whose calls fail; nil for any.
        let bot: Int64?
        var times: Int
        let fault: Fault
        /// The time at which a flood wait is over; nil until it begins.
        var end: Int64?
        /// The same on the machine's monotonic clock; nil with a manual clock.
        var exactEnd: Instant?

        /// - Parameter method: in lower case.
        func fits(_ method: String) -> Bool {
            guard self.method != "calls" else { return !["getupdates", "file"].contains(method) }
            return self.method.map { $0 == method } ?? true
        }

        func concerns(_ bot: Int64?) -> Bool { self.bot == nil || bot == nil || self.bot == bot }

        func isOver(at now: Int64) -> Bool {
            if let exactEnd { return exactEnd <= .current }
            return end.map { $0 <= now } ?? false
        }

        /// Of a flood wait that has begun, rounded up.
        func secondsLeft(at now: Int64) -> Int {
            guard let exactEnd else { return Int((end ?? now) - now) }
            return Int(((exactEnd - .current).nanoseconds - 1) / 1_000_000_000) + 1
        }

        var json: JSON {
            var json = fault.json
            if fault.isCounted { json.set("times", JSON(times)) }
            end.map { json.set("end", JSON($0)) }
            method.map { json.set("method", JSON($0)) }
            chat.map { json.set("chat_id", JSON($0)) }
            bot.map { json.set("bot", JSON($0)) }
            return json
        }
    }

    private var orders: [Order] = []
    /// Whether the time only passes when a manual clock is advanced.
    private let isManual: Bool

    init(isManual: Bool) { self.isManual = isManual }

    mutating func add(_ fault: Fault, method: String?, chat: Int64?, bot: Int64? = nil, times: Int) {
        guard times > 0 else { return }
        orders.append(
            Order(method: method?.lowercased(), chat: chat, bot: bot, times: times, fault: fault))
    }

    /// The pending orders that concern a bot (nil for all bots), as the control API shows them.
    func json(of bot: Int64? = nil, at now: Int64) -> JSON {
        JSON(orders.filter { !$0.isOver(at: now) && $0.concerns(bot) }.map(\.json))
    }

    /// Cancels the orders that concern a bot; nil for all.
    mutating func removeAll(of bot: Int64? = nil) {
        orders.removeAll { $0.concerns(bot) }
    }

    /// Uses up one repetition of the first order that matches a call.
    ///
    /// - Parameter now: Unix time in seconds.
    mutating func next(method: String, chat: String, bot: Int64, at now: Int64) -> Fault? {
        orders.removeAll { $0.isOver(at: now) }
        let fitting = orders.firstIndex { order in
            order.fits(method.lowercased()) && order.concerns(bot)
                && (order.chat.map { String($0) } ?? chat) == chat
        }
        return fitting.map { use($0, at: now) }
    }

    /// Uses up one repetition of the first order for a method if it closes the connection within the request's body.
    /// Returns the number of bytes before that.
    mutating func nextWithinBody(method: String, bot: Int64) -> Int? {
        let fitting = orders.firstIndex {
            $0.method == method.lowercased() && $0.chat == nil && $0.concerns(bot)
        }
        guard let fitting, case .closeAfterBytes(let count) = orders[fitting].fault else { return nil }
        _ = use(fitting, at: 0)
        return count
    }

    private mutating func use(_ index: Int, at now: Int64) -> Fault {
        let fault = orders[index].fault
        if case .floodWait(let seconds) = fault {
            if orders[index].end == nil {
                orders[index].end = now + Int64(seconds)
                // The clock's whole seconds would end it up to a second early.
                orders[index].exactEnd = isManual ? nil : .current + .seconds(seconds)
            }
            return .tooManyRequests(retryAfter: orders[index].secondsLeft(at: now))
        }
        orders[index].times -= 1
        if orders[index].times == 0 { orders.remove(at: index) }
        return fault
    }
}
