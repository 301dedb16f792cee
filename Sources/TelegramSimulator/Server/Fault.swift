import JSON

/// What goes wrong with a call, between Telegram and its client.
package enum Fault {
    /// Telegram refuses the call. `retry_after` in the parameters also becomes the header Retry-After.
    case error(_ code: Int, _ description: String, parameters: JSON? = nil)
    /// A server in front of Telegram answers with a page of its own, as nginx does with 502.
    case html(_ status: Int)
    /// The connection is closed, and the call not carried out.
    case closeBefore
    /// No answer ever comes, and the call isn't carried out.
    case hang
    /// The connection is closed after so many bytes: of a file that is fetched, or of a call's body, and then the call
    /// isn't carried out. For a call the method must be named, and a shorter body is as if nothing had been ordered.
    case closeAfterBytes(Int)
    /// The call is carried out, and status 200 comes with the first half of the answer's JSON.
    case brokenBody
    /// The call is carried out, and the connection closed without an answer.
    case closeAfter
    /// The call is carried out, and no answer ever comes.
    case hangAfter
    /// The call is carried out, and a server in front of Telegram answers with a page of its own, as nginx
    /// does with 504 when it has waited too long.
    case htmlAfter(_ status: Int)
    /// The call is carried out at once, and answered so much later.
    case delay(Duration)

    /// Telegram's flood control.
    package static func tooManyRequests(retryAfter seconds: Int) -> Fault {
        .error(
            429, "Too Many Requests: retry after \(seconds)",
            parameters: ["retry_after": JSON(seconds)])
    }

    /// The group has become a supergroup, which has another id.
    package static func migrated(to chat: Int64) -> Fault {
        .error(
            400, "Bad Request: group chat was upgraded to a supergroup chat",
            parameters: ["migrate_to_chat_id": JSON(chat)])
    }

    /// Whether Telegram acts on the call all the same.
    package var callIsCarriedOut: Bool {
        switch self {
        case .error, .html, .closeBefore, .hang, .closeAfterBytes: false
        case .brokenBody, .closeAfter, .hangAfter, .htmlAfter, .delay: true
        }
    }
}

/// The faults that were ordered and haven't happened yet, the oldest first.
struct FaultOrders {
    private struct Order {
        let method: String?
        let chat: Int64?
        var times: Int
        let fault: Fault
    }

    private var orders: [Order] = []

    mutating func add(_ fault: Fault, method: String?, chat: Int64?, times: Int) {
        guard times > 0 else { return }
        orders.append(Order(method: method?.lowercased(), chat: chat, times: times, fault: fault))
    }

    /// What is left of them, as the control API tells it.
    var json: JSON {
        JSON(
            orders.map { order in
                var json = order.fault.json
                json.set("times", JSON(order.times))
                order.method.map { json.set("method", JSON($0)) }
                order.chat.map { json.set("chat_id", JSON($0)) }
                return json
            })
    }

    mutating func removeAll() {
        orders.removeAll()
    }

    /// Uses up the first order that fits a call.
    mutating func next(method: String, chat: String) -> Fault? {
        let fitting = orders.firstIndex { order in
            (order.method ?? method.lowercased()) == method.lowercased()
                && (order.chat.map { String($0) } ?? chat) == chat
        }
        return fitting.map { use($0) }
    }

    /// Uses up the first order for a method if it is one to close the connection within the body.
    mutating func nextWithinBody(method: String) -> Int? {
        let fitting = orders.firstIndex { $0.method == method.lowercased() && $0.chat == nil }
        guard let fitting, case .closeAfterBytes(let count) = orders[fitting].fault else { return nil }
        _ = use(fitting)
        return count
    }

    private mutating func use(_ index: Int) -> Fault {
        orders[index].times -= 1
        let fault = orders[index].fault
        if orders[index].times == 0 { orders.remove(at: index) }
        return fault
    }
}
