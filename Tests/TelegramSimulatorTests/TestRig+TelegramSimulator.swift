import TelegramSimulator
import TestSupport

extension TestRig {
    /// A simulated Telegram and an HTTP client.
    func simulatorClient(strictness: Strictness = .lenient) throws -> SimulatorTest {
        try SimulatorTest(strictness: strictness, on: self)
    }
}
