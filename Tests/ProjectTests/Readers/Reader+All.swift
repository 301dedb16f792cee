import TestSupport

extension Reader {
    nonisolated static let all = [
        json, childLines, pollAnswers, updateLogs, recordedUpdates, forms, allowLists, redactions,
        markup, richMessage, messages, typedLines, keyboards, faultOrders, simulatedCalls, tomlDocuments,
        controlRequests,
    ]
}
