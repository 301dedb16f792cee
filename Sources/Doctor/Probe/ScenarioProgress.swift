/// How far a bot has come in a scenario.
struct ScenarioProgress {
    private let steps: [Scenario.Step]
    private var next = 0
    /// What the bot was given last.
    private(set) var current: Scenario.Step?

    init(_ scenario: Scenario) { steps = scenario.steps }

    /// No step is left to be given.
    var isAtEnd: Bool { next >= steps.count }

    /// The next step, which is the current one from here on; nil at the end.
    mutating func advance() -> Scenario.Step? {
        guard !isAtEnd else { return nil }
        current = steps[next]
        next += 1
        return current
    }
}
