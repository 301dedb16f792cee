import JSON
import Reactor

/// Decides how to continue after a getUpdates body. A body that can't be parsed is fetched again one update at a time,
/// so that only the malformed update is skipped.
struct GetUpdatesParser {
    enum Decision {
        case updates(GetUpdatesResponse)
        case askAgain(reason: JSONError, after: Duration)
        case skip(id: Int64, reason: JSONError)
    }

    /// A body may be damaged in transit: an update is skipped only after this many failed attempts.
    private static let tries = 3

    /// The `limit` of the next getUpdates.
    var limit: Int { singly > 0 ? 1 : 100 }

    private var singly = 0
    private var unread = 0

    mutating func read(_ body: [UInt8]) -> Decision {
        do throws(JSONError) {
            let answer = try GetUpdatesResponse(body)
            unread = 0
            singly = answer.nextOffset == nil ? 0 : max(0, singly - 1)
            return .updates(answer)
        } catch {
            let wasSingle = singly > 0
            singly = max(singly, 100)
            unread += wasSingle ? 1 : 0
            // A body without an id comes from something else, such as a proxy, so there is no update to skip. Raising
            // the offset anyway would delete updates that arrive meanwhile.
            guard unread >= Self.tries, let id = GetUpdatesResponse.firstID(in: body) else {
                return .askAgain(reason: error, after: Retry.backoff(tries: unread, jitter: 0))
            }
            unread = 0
            return .skip(id: id, reason: error)
        }
    }
}
