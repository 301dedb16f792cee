import JSON

/// The open calls of a scope: those without an answer, and the results that the child hasn't been given yet.
struct OpenCalls {
    /// The number of calls without an answer, including those of earlier children of the scope.
    private(set) var count = 0
    /// The size of their lines.
    private var bytes = 0
    private var results: [UInt8] = []

    var hasResults: Bool { !results.isEmpty }

    /// There is room for another call: neither too many unanswered calls nor too many undelivered results.
    var hasRoom: Bool {
        count < ChildPolicy.maxOpenCalls && bytes < ChildPolicy.maxOpenBytes
            && results.count < ChildPolicy.maxOpenBytes
    }

    /// At least half of the room is free. Output resumes only then, because pausing and resuming for every line costs
    /// more.
    var hasAmpleRoom: Bool {
        count <= ChildPolicy.maxOpenCalls / 2 && bytes <= ChildPolicy.maxOpenBytes / 2
            && results.count <= ChildPolicy.maxOpenBytes / 2
    }

    /// The child wrote a call in a line of this size.
    mutating func opened(bytes: Int) {
        count += 1
        self.bytes += bytes
    }

    mutating func answered(bytes: Int) {
        count -= 1
        self.bytes -= bytes
    }

    /// Keeps a result until the child can read it.
    mutating func addResult(_ result: CallResult, id: JSON) { results += GatewayLines.result(result, id: id) }

    /// Takes the lines of all waiting results.
    mutating func takeResults() -> [UInt8] {
        defer { results = [] }
        return results
    }

    /// The child ended, so its results are dropped.
    mutating func dropResults() { results = [] }
}
