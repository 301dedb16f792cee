import JSON

/// The calls that a child waits for: those without an answer, and the results that it hasn't read.
struct OpenCalls {
    /// How many calls have no answer yet, whichever child of the scope wrote them.
    private(set) var count = 0
    /// The bytes of their lines.
    private var bytes = 0
    private var results: [UInt8] = []

    var hasResults: Bool { !results.isEmpty }

    /// There is room for another call: neither too many calls wait for an answer nor too many results for a reader.
    var hasRoom: Bool {
        count < ChildPolicy.maxOpenCalls && bytes < ChildPolicy.maxOpenBytes
            && results.count < ChildPolicy.maxOpenBytes
    }

    /// Half of the room is free again. To pause and resume for every line would cost more.
    var hasAmpleRoom: Bool {
        count <= ChildPolicy.maxOpenCalls / 2 && bytes <= ChildPolicy.maxOpenBytes / 2
            && results.count <= ChildPolicy.maxOpenBytes / 2
    }

    /// A child wrote a call in a line of this size.
    mutating func opened(bytes: Int) {
        count += 1
        self.bytes += bytes
    }

    mutating func answered(bytes: Int) {
        count -= 1
        self.bytes -= bytes
    }

    /// Keeps a result line until the child can be given it.
    mutating func addResult(_ result: CallResult, id: JSON) { results += GatewayLines.result(result, id: id) }

    /// The lines of all results that wait.
    mutating func takeResults() -> [UInt8] {
        defer { results = [] }
        return results
    }

    /// The child is gone: its results have no reader.
    mutating func dropResults() { results = [] }
}
