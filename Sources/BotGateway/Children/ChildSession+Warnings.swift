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

    /// Warns, once for all children, of a button press that waits behind an event that the child holds: it may be the
    /// one that stops the child's work.
    func watchForHeldPress(_ event: IncomingEvent) {
        guard case .acknowledged(let window) = inFlight.mode, context.health.mayReportHeldPress,
            let held = inFlight.current, !inFlight.wantsEvent, event.isPress
        else { return }
        let generation = child.generation
        context.loop.after(.seconds(1)) { [weak self] in
            guard let self, generation == child.generation, inFlight.current?.key == held.key,
                !inFlight.wantsEvent, child.process?.isReadingInput != false, context.health.noteHeldPress()
            else { return }
            log(
                .warning,
                "a button press waits until update \(held.updateID) is acknowledged; for a bot that can be stopped, use "
                    + "--window \(min(window + 3, 1000)) and acknowledge the press with \"only\":true")
        }
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
