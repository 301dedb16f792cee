import JSON
import Reactor

/// Decides how to go on with a getUpdates body, also one that can't be read: it is fetched again one
/// update at a time, and only the one that can't be read is let go.
struct GetUpdatesParser {
    enum Decision {
        case updates(GetUpdatesResponse)
        case askAgain(reason: JSONError, after: Duration)
        case skip(id: Int64, reason: JSONError)
    }

    /// A body may be broken on its way once: an update is skipped when it couldn't be read so often.
    private static let tries = 3

    /// How many updates to ask for.
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
            // A body without an id is a stranger's, such as a proxy's page: no update is to blame for it, and
            // an offset that moved on would delete the updates that come meanwhile.
            guard unread >= Self.tries, let id = GetUpdatesResponse.firstID(in: body) else {
                return .askAgain(reason: error, after: Retry.backoff(tries: unread, jitter: 0))
            }
            unread = 0
            return .skip(id: id, reason: error)
        }
    }
}
