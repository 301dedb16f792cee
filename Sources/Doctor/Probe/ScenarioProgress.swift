/// The current position in a scenario.
struct ScenarioProgress {
    private let steps: [Scenario.Step]
    private var next = 0
    /// The step that was sent last.
    private(set) var current: Scenario.Step?
    /// The bot wrote `telegram.ack` for it.
    private(set) var isAcknowledged = false

    init(_ scenario: Scenario) { steps = scenario.steps }

    /// All steps were sent.
    var isAtEnd: Bool { next >= steps.count }

    /// Advances to the next step and returns it; nil at the end.
    mutating func advance() -> Scenario.Step? {
        guard !isAtEnd else { return nil }
        current = steps[next]
        isAcknowledged = false
        next += 1
        return current
    }

    mutating func acknowledge(_ updateID: Int64) {
        isAcknowledged = isAcknowledged || current?.event.updateID == updateID
    }
}
