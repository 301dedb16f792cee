import Reactor

/// Logs warnings about the child's output, at most ten a minute.
extension ChildSession {
    func warn(_ message: @autoclosure () -> String) {
        switch child.nextWarning(at: .current) {
        case .log: log(.warning, message())
        case .suppressFirst(let delay): reportSuppressedWarnings(after: delay)
        case .suppress: break
        }
    }

    func complain(_ message: @autoclosure () -> String) {
        context.health.countProblem()
        warn(message())
    }

    private func reportSuppressedWarnings(after delay: Duration) {
        let generation = child.generation
        context.loop.after(delay) { [weak self] in
            guard let self, generation == child.generation else { return }
            reportSuppressedWarnings()
        }
    }

    /// Logs how many warnings weren't logged, when the minute or the child has ended.
    func reportSuppressedWarnings() {
        let count = child.takeSuppressedWarnings()
        guard count > 0 else { return }
        log(.warning, "\(count.counted("more warning")) about its output")
    }
}
