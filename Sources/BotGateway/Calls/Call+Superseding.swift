import BotAPI
import JSON

extension Call {
    /// What the call shows, if a later call with the same value makes it pointless: another version of a draft, or
    /// another edit of a message with the same method. Nil for other calls.
    ///
    /// All parameters whose name ends in `_id` tell which draft or message that is, so there is no list of methods.
    var shownPlace: String? {
        let isDraft = method.hasSuffix("Draft") && parameters["draft_id"] != nil
        let isEdit = method.hasPrefix("edit") && parameters.keys.contains { $0.hasSuffix("message_id") }
        guard isDraft || isEdit else { return nil }
        let ids = parameters.keys.filter { $0.hasSuffix("_id") }.sorted().map { key in
            "\(key)=\(parameters[key]?.description ?? "")"
        }
        return ([isDraft ? "draft" : method] + ids).joined(separator: " ")
    }
}
