import BotAPI
import JSON

/// Decides how to answer the body of a request to the webhook. It is read as one update of a getUpdates response, so the
/// same updates are understood, repaired, skipped and refused.
struct WebhookRequestParser {
    enum Decision {
        case update(Update)
        /// Telegram would send it again for a day, and the later updates of its chat wait for it.
        case skip(reason: String)
        /// It may have been damaged on its way.
        case unreadable(reason: String)
    }

    /// An update that can't be read is skipped after this many attempts.
    private static let tries = 3
    private static let unreadableLimit = 100

    /// How often each update couldn't be read.
    private var unreadable: [Int64: Int] = [:]

    mutating func read(_ body: [UInt8]) -> Decision {
        do throws(JSONError) {
            let answer = try GetUpdatesResponse(BotAPIResponse.envelope(ofElements: body))
            if let error = answer.malformed.first {
                return .skip(reason: "skipped a malformed update: \(error)")
            }
            guard let update = answer.updates.first, answer.updates.count == 1 else {
                return .unreadable(reason: "expected one update, found \(answer.updates.count)")
            }
            return .update(update)
        } catch {
            return failed(body, because: error.description)
        }
    }

    private mutating func failed(_ body: [UInt8], because reason: String) -> Decision {
        guard let id = GetUpdatesResponse.firstID(in: body) else { return .unreadable(reason: reason) }
        if unreadable.count >= Self.unreadableLimit { unreadable = [:] }
        unreadable[id, default: 0] += 1
        guard unreadable[id, default: 0] >= Self.tries else { return .unreadable(reason: reason) }
        unreadable[id] = nil
        return .skip(reason: "skipped update \(id), which can't be read: \(reason)")
    }
}
