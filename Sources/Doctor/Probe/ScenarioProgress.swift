/// The current position in a scenario.
struct ScenarioProgress {
    private let steps: [Scenario.Step]
    private let stop: Scenario.Step?
    /// The bot got the message that interrupts it.
    private(set) var isStopGiven = false
    private var next = 0
    /// The step that was sent last.
    private(set) var current: Scenario.Step?
    /// The bot wrote `telegram.ack` for it.
    private(set) var isAcknowledged = false

    init(_ scenario: Scenario) { (steps, stop) = (scenario.steps, scenario.stop) }

    /// The message that interrupts the bot; nil if it was given already.
    mutating func takeStop() -> Scenario.Step? {
        defer { isStopGiven = true }
        return isStopGiven ? nil : stop
    }

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
